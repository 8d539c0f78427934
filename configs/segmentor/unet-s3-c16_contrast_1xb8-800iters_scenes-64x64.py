# The small segmentor, trained with multi-scale contrast among its decoder's three features.
_base_ = './unet-s3-c16_1xb8-800iters_scenes-64x64.py'
model = dict(
    auxiliary_head=dict(
        type='ContrastHead',
        in_index=(2, 1, 0),  # the finest first
        in_channels=(16, 32, 64),
        contrast_loss=dict(
            type='MultiScaleContrastLoss',
            loss_weight=0.1,
            scale_weights=(1.0, 0.7, 0.4),
            cross_scale_weights=((0, 2, 1.0), (0, 1, 1.0)),
            embedding_channels=64,
        ),
    )
)
