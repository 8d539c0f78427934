# ECGAN-plus on CamVid's photos: about half an hour on two cores, no weights to fetch.
_base_ = ['../_base_/models/ecgan-plus.py', '../_base_/tasks/camvid_128x96_1500iters.py']
model = dict(
    data_preprocessor=_base_.pop('layout'),
    # Not the papers' gain of 0.02, from which so short a training takes long to get away.
    generator=dict(base_channels=16, init_gain=1.0),
    discriminator=dict(
        members=[
            dict(type='MultiModalityDiscriminator', base_channels=16, init_gain=1.0),
            dict(type='UNetSegmentationDiscriminator', base_channels=16),
        ]
    ),
    label_generator=dict(base_channels=16, init_gain=1.0),
    perceptual_loss=None,
    # Of 1500 iterations the moving average sees the last hundred or so.
    ema_config=dict(momentum=1e-2),
)
