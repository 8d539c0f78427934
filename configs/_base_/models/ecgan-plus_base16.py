# ECGAN-plus for short trainings on a CPU: width 16, no weights to fetch.
_base_ = './ecgan-plus.py'
model = dict(
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
    # In short trainings the moving average sees the last hundred iterations or so.
    ema_config=dict(momentum=1e-2),
)
