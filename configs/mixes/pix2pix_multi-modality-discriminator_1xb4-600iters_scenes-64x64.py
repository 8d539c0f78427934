# Pix2Pix with ECGAN's discriminator, its hinge loss and feature matching.
_base_ = '../pix2pix/pix2pix_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    type='LayoutPix2Pix',
    discriminator=dict(_delete_=True, type='MultiModalityDiscriminator', base_channels=16),
    feature_matching_loss=dict(type='FeatureMatchingLoss'),
)
