_base_ = [
    '../datasets/scenes_64x64.py',
    '../evaluators/scenes.py',
    '../schedules/ttur_400iters.py',
]
# In so few iterations generators of small width need larger steps to keep up.
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=4e-3)), discriminator=dict(optimizer=dict(lr=3.2e-3))
)
auto_scale_lr = dict(base_batch_size=8)  # for --auto-scale-lr
default_hooks = dict(
    checkpoint=dict(interval=100, save_best='generated/mIoU', rule='greater'),
    samples=dict(interval=100),
)
