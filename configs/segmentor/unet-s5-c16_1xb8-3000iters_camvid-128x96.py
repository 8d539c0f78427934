# The judge of CamVid pictures: a UNet with five resolutions, trained from scratch, at most half an
# hour on two cores.
_base_ = [
    '../_base_/models/unet-s3-c16.py',
    '../_base_/datasets/camvid_judge_128x96.py',
    '../_base_/segmentor_runtime.py',
]
model = dict(
    # Photos made smaller than the crop are filled up.
    data_preprocessor=dict(size=(96, 128), size_divisor=None),
    backbone=dict(
        num_stages=5,
        strides=(1, 1, 1, 1, 1),
        enc_num_convs=(2, 2, 2, 2, 2),
        dec_num_convs=(2, 2, 2, 2),
        downsamples=(True, True, True, True),
        enc_dilations=(1, 1, 1, 1, 1),
        dec_dilations=(1, 1, 1, 1),
    ),
    decode_head=dict(
        in_index=4,
        num_classes=11,
        dropout_ratio=0.1,
        # Lovasz' term is the IoU of each class alike.
        loss_decode=[
            dict(type='CrossEntropyLoss', avg_non_ignore=True),
            dict(type='LovaszLoss', reduction='none'),
        ],
    ),
)
optim_wrapper = dict(optimizer=dict(lr=5e-3, weight_decay=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=100, end=3000, by_epoch=False),
]
train_cfg = dict(max_iters=3000, val_interval=500)
