# A frozen EfficientNet-Lite1 with a trained decoder gives each pixel a class or "generated", after
# DP-SIMS (docs/plus_discriminator.md#a-pretrained-encoder). A recipe takes it by
# model = _base_.pop('pretrained_discriminator').
pretrained_discriminator = dict(
    discriminator=dict(
        _delete_=True,
        type='PretrainedSegmentationDiscriminator',
        encoder=dict(type='efficientnet-lite1'),
    ),
    judged=('coarse', 'image'),
    gan_loss=dict(_delete_=True, type='SegmentationGANLoss', normalize=True),
    feature_matching_loss=None,
)
