# ECGAN on procedural scenes: minutes on two cores, no files, no weights to fetch.
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/datasets/scenes_64x64.py',
    '../_base_/evaluators/scenes.py',
    '../_base_/schedules/ttur_400iters.py',
    '../_base_/default_runtime.py',
]
model = dict(
    data_preprocessor=dict(
        num_classes={{_base_.num_classes}},
        with_unknown={{_base_.with_unknown}},
        with_boundary={{_base_.with_boundary}},
    ),
    generator=dict(base_channels=16),
    discriminator=dict(base_channels=16),
    perceptual_loss=None,
    label_generator=dict(base_channels=16),
    # Of 400 iterations the moving average sees the last hundred or so.
    ema_config=dict(momentum=1e-2),
)
default_hooks = dict(checkpoint=dict(interval=100, save_best='generated/mIoU', rule='greater'))
custom_hooks = [
    dict(type='RandomStateHook'),
    dict(type='LayoutVisualizationHook', interval=100, num_samples=8),
]
# In so few iterations a generator of this width needs larger steps to keep up.
optim_wrapper = dict(generator=dict(optimizer=dict(lr=1e-3)))
