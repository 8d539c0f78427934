# The networks of the papers at full width with the whole objective (step B7 of their ladder).
# A loss is turned off by one line, e.g. model = dict(contrast_loss=None). Class and layout channel
# counts come from the data preprocessor.
model = dict(
    type='ECGAN',
    data_preprocessor=dict(type='LayoutDataPreprocessor'),
    generator=dict(
        type='ECGANGenerator',
        base_channels=64,
        upsampling='normal',
        edge_generator=dict(type='EdgeGenerator'),
        edge_transfer=dict(type='AttentionEdgeTransfer'),
        semantic_module=dict(type='SemanticPreservingModule'),
    ),
    discriminator=dict(type='MultiModalityDiscriminator', base_channels=64),
    gan_loss=dict(type='GANLoss', gan_type='hinge'),
    feature_matching_loss=dict(type='FeatureMatchingLoss', loss_weight=10.0),
    perceptual_loss=dict(type='VGGPerceptualLoss', loss_weight=10.0),
    label_generator=dict(type='LabelGenerator'),
    similarity_loss=dict(type='SimilarityLoss', loss_weight=1.0),
    label_loss_weight=1.0,
    contrast_loss=dict(type='MultiScaleContrastLoss', loss_weight=1.0),
    class_pixel_loss=dict(type='ClassSpecificPixelLoss', loss_weight=1.0),
    final_weight=2.0,
    ema_config=dict(type='ExponentialMovingAverage', momentum=1e-4),
)
