# MMagic's Pix2Pix on procedural scenes: minutes on two cores, no files, no weights to fetch.
_base_ = [
    '../_base_/models/pix2pix.py',
    '../_base_/datasets/scenes_64x64.py',
    '../_base_/evaluators/scenes.py',
    '../_base_/schedules/pix2pix_600iters.py',
]
layout = _base_.pop('layout')
channels = layout['num_classes'] + layout['with_unknown'] + layout['with_boundary']
model = dict(
    data_preprocessor=layout,
    # Six halvings bring 64 pixels to one.
    generator=dict(in_channels=channels, num_down=6, base_channels=16),
    discriminator=dict(in_channels=channels + 3, base_channels=16),
)
del layout, channels
train_dataloader = dict(batch_size=4)
# In so few iterations networks of small width need larger steps.
optim_wrapper = dict(
    generators=dict(optimizer=dict(lr=1e-3)), discriminators=dict(optimizer=dict(lr=4e-4))
)
auto_scale_lr = dict(base_batch_size=4)  # for --auto-scale-lr
default_hooks = dict(
    checkpoint=dict(interval=100, save_best='generated/mIoU', rule='greater'),
    samples=dict(interval=100),
)
