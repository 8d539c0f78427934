# ECGAN on procedural scenes: minutes on two cores, no files, no weights to fetch.
_base_ = ['../_base_/models/ecgan.py', '../_base_/tasks/scenes_64x64_400iters.py']
model = dict(
    data_preprocessor=_base_.pop('layout'),
    generator=dict(base_channels=16),
    discriminator=dict(base_channels=16),
    label_generator=dict(base_channels=16),
    perceptual_loss=None,
    # Of 400 iterations the moving average sees the last hundred or so.
    ema_config=dict(momentum=1e-2),
)
