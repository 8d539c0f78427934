# The SPADE baseline, trained the same way.
model = dict(
    type='ECGAN',
    data_preprocessor=dict(type='LayoutDataPreprocessor'),
    generator=dict(type='SPADEGenerator', base_channels=64, upsampling='normal'),
    discriminator=dict(type='MultiModalityDiscriminator', base_channels=64),
    gan_loss=dict(type='GANLoss', gan_type='hinge'),
    feature_matching_loss=dict(type='FeatureMatchingLoss', loss_weight=10.0),
    perceptual_loss=dict(type='VGGPerceptualLoss', loss_weight=10.0),
    ema_config=dict(type='ExponentialMovingAverage', momentum=1e-4),
)
