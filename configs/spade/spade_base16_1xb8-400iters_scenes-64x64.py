# The SPADE baseline on procedural scenes: minutes on two cores, no files, no weights to fetch.
_base_ = ['../_base_/models/spade.py', '../_base_/tasks/scenes_64x64_400iters.py']
model = dict(
    data_preprocessor=_base_.pop('layout'),
    # Not the papers' gain of 0.02, from which so short a training takes long to get away.
    generator=dict(base_channels=16, init_gain=1.0),
    discriminator=dict(base_channels=16, init_gain=1.0),
    perceptual_loss=None,
    # As ECGAN's: of 400 iterations the moving average sees the last hundred or so.
    ema_config=dict(momentum=1e-2),
)
