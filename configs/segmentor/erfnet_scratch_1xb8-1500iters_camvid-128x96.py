# A third judge of CamVid pictures, of another family and training than the others: ERFNet, which
# learns cross entropy on the hardest pixels alone and sees larger changes of size and turned
# photos. A quarter of an hour on one core.
_base_ = [
    '../_base_/models/unet-s3-c16.py',
    '../_base_/datasets/camvid_judge_128x96.py',
    '../_base_/segmentor_runtime.py',
]
steps = _base_.train_dataloader.dataset.pipeline
enlarge = dict(
    type='RandomResize', scale=(128, 96), ratio_range=(0.5, 2.0), interpolation='bicubic'
)
turn = dict(type='RandomRotate', prob=0.5, degree=10, seg_pad_val=255)
train_dataloader = dict(dataset=dict(pipeline=[*steps[:2], enlarge, turn, *steps[3:]]))
del steps, enlarge, turn
model = dict(
    # Photos made smaller than the crop are filled up.
    data_preprocessor=dict(size=(96, 128), size_divisor=None),
    backbone=dict(_delete_=True, type='ERFNet', in_channels=3, norm_cfg=dict(type='BN')),
    decode_head=dict(
        in_index=-1,
        num_classes=11,
        sampler=dict(type='OHEMPixelSampler', thresh=0.7, min_kept=2000),
        loss_decode=dict(_delete_=True, type='CrossEntropyLoss', avg_non_ignore=True),
    ),
)
optim_wrapper = dict(optimizer=dict(lr=1e-3, weight_decay=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=100, by_epoch=False),
    dict(type='PolyLR', power=0.9, begin=100, end=1500, by_epoch=False),
]
train_cfg = dict(max_iters=1500, val_interval=500)
