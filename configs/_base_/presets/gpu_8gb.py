# One GPU of 8 GB, layouts of 256 x 256: half the width, two layouts at a time, and 32 an update, as
# 8 GPUs with 4 each have. Recipes take `preset` apart. At most 4.5 GB by the arithmetic of
# docs/datasets.md; no GPU was measured. A GPU without bfloat16 takes --amp, which is float16 there.
batch_size = 2
wrapper = dict(type='Bfloat16OptimWrapper', accumulative_counts=32 // batch_size)
preset = dict(
    model=dict(
        generator=dict(base_channels=32, trunk=dict(recompute=['up_2', 'up_3'])),
        discriminator=dict(base_channels=32),
        label_generator=dict(base_channels=32),
    ),
    optim_wrapper=dict(generator=wrapper, discriminator=wrapper),
    train_dataloader=dict(batch_size=batch_size),
    # A multiple of what is accumulated: a resumed run has lost no gradient.
    default_hooks=dict(checkpoint=dict(interval=150 * 32)),
)
del batch_size, wrapper
