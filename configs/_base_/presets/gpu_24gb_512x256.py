# One GPU of 24 GB, layouts of 512 x 256, twice the pixels: two at a time. At most 15.4 GB.
_base_ = './gpu_24gb.py'
wrapper = dict(accumulative_counts=32 // 2)
preset = dict(
    optim_wrapper=dict(generator=wrapper, discriminator=wrapper),
    train_dataloader=dict(batch_size=2),
)
del wrapper
