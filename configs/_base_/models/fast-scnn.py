# mmsegmentation's Fast-SCNN with one of its auxiliary heads: 1.2 M weights, 11 classes.
norm_cfg = dict(type='BN')
losses = [
    dict(type='CrossEntropyLoss', avg_non_ignore=True),
    dict(type='LovaszLoss', reduction='none'),
]
head = dict(in_channels=128, concat_input=False, num_classes=11, norm_cfg=norm_cfg)
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        bgr_to_rgb=True,
        mean=[127.5, 127.5, 127.5],
        std=[63.75, 63.75, 63.75],
        seg_pad_val=255,
    ),
    backbone=dict(type='FastSCNN', norm_cfg=norm_cfg),
    decode_head=dict(
        type='DepthwiseSeparableFCNHead', **head, channels=128, in_index=-1, loss_decode=losses
    ),
    auxiliary_head=dict(
        type='FCNHead',
        **head,
        channels=32,
        num_convs=1,
        in_index=-2,
        loss_decode=dict(type='CrossEntropyLoss', loss_weight=0.4, avg_non_ignore=True),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
del norm_cfg, losses, head
