# One GPU of 8 GB, layouts of 512 x 256, twice the pixels: one at a time. At most 4.5 GB.
_base_ = './gpu_8gb.py'
wrapper = dict(accumulative_counts=32)
preset = dict(
    optim_wrapper=dict(generator=wrapper, discriminator=wrapper),
    train_dataloader=dict(batch_size=1),
)
del wrapper
