# One GPU of 24 GB, layouts of 256 x 256: the full width, 4 at a time, 32 an update. At most 15.4 GB
# by the arithmetic of docs/datasets.md; no GPU was measured.
_base_ = './gpu_8gb.py'
wrapper = dict(accumulative_counts=32 // 4)
preset = dict(
    model=dict(
        generator=dict(base_channels=64),
        discriminator=dict(base_channels=64),
        label_generator=dict(base_channels=64),
    ),
    optim_wrapper=dict(generator=wrapper, discriminator=wrapper),
    train_dataloader=dict(batch_size=4),
)
del wrapper
