# A second judge of CamVid pictures, of another architecture: mmsegmentation's Fast-SCNN with one of
# its auxiliary heads, 1.2 M weights. Its features are 8 times coarser than its input, so pictures
# are brought to 128 x 96 and then enlarged twofold; as a judge it takes input_policy='pipeline',
# which does the same. About half an hour on two cores.
_base_ = ['../_base_/datasets/camvid_judge_128x96.py', '../_base_/segmentor_runtime.py']
head = dict(in_channels=128, concat_input=False, num_classes=11, norm_cfg=dict(type='BN'))
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        size=(192, 256),
        bgr_to_rgb=True,
        mean=[127.5, 127.5, 127.5],
        std=[63.75, 63.75, 63.75],
        seg_pad_val=255,
    ),
    backbone=dict(type='FastSCNN', norm_cfg=dict(type='BN')),
    decode_head=dict(
        **head,
        type='DepthwiseSeparableFCNHead',
        channels=128,
        in_index=-1,
        loss_decode=[
            dict(type='CrossEntropyLoss', avg_non_ignore=True),
            dict(type='LovaszLoss', reduction='none'),
        ],
    ),
    auxiliary_head=dict(
        **head,
        type='FCNHead',
        channels=32,
        num_convs=1,
        in_index=-2,
        loss_decode=dict(type='CrossEntropyLoss', loss_weight=0.4, avg_non_ignore=True),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
steps = _base_.train_dataloader.dataset.pipeline
bicubic = dict(interpolation='bicubic')
smaller = dict(type='Resize', scale=(128, 96), **bicubic)
enlarge = dict(type='RandomResize', scale=(256, 192), ratio_range=(0.75, 1.5), **bicubic)
crop = dict(type='RandomCrop', crop_size=(192, 256))
train_dataloader = dict(dataset=dict(pipeline=[*steps[:2], smaller, enlarge, crop, *steps[4:]]))
test_pipeline = [
    dict(type='LoadImageFromFile'),
    smaller,
    dict(type='Resize', scale=(256, 192), **bicubic),
    dict(type='LoadAnnotations'),
    dict(type='PackSegInputs'),
]
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
del head, steps, bicubic, smaller, enlarge, crop
optim_wrapper = dict(optimizer=dict(lr=5e-3, weight_decay=1e-3))
train_cfg = dict(max_iters=2500, val_interval=500)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=100, end=2500, by_epoch=False),
]
