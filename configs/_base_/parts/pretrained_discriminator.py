# A frozen EfficientNet-Lite1 with a trained decoder gives each pixel a class or "generated", after
# DP-SIMS (docs/plus_discriminator.md#a-pretrained-encoder). What it asks for is of ImageNet's
# making from the first iteration on, so that there is nothing to match its features for. A recipe
# takes it by model = _base_.pop('pretrained_discriminator').
pretrained_discriminator = dict(
    discriminator=dict(
        _delete_=True,
        type='PretrainedSegmentationDiscriminator',
        encoder=dict(type='efficientnet-lite1'),
        base_channels=16,
    ),
    judged=('coarse', 'image'),
    gan_loss=dict(_delete_=True, type='SegmentationGANLoss', normalize=True),
    feature_matching_loss=None,
)
