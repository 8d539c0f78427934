# The light segmenting discriminator with LabelMix in the place of the multi-modality one.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    discriminator=dict(_delete_=True, type='UNetSegmentationDiscriminator', base_channels=16),
    judged=('coarse', 'image'),
    gan_loss=dict(_delete_=True, type='SegmentationGANLoss'),
    feature_matching_loss=None,
    discriminator_regularizers=[dict(type='LabelMixConsistency', loss_weight=5.0)],
)
