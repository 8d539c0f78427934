# The segmenting discriminator beside the multi-modality one, which alone judges edges and matches
# features.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    discriminator=dict(
        _delete_=True,
        type='JointDiscriminator',
        members=[
            dict(type='MultiModalityDiscriminator', base_channels=16, init_gain=1.0),
            dict(type='UNetSegmentationDiscriminator', base_channels=16),
        ],
    ),
    gan_loss=dict(_delete_=True, type='JointGANLoss'),
    discriminator_regularizers=[dict(type='LabelMixConsistency', loss_weight=5.0)],
)
