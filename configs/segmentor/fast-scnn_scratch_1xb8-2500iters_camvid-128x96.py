# A second judge of CamVid pictures, of another architecture: Fast-SCNN. Its features are 8 times
# coarser than its input, so pictures are brought to 128 x 96 and then enlarged twofold; as a judge
# it takes input_policy='pipeline', which does the same. About half an hour on two cores.
_base_ = [
    '../_base_/models/fast-scnn.py',
    '../_base_/datasets/camvid_judge_128x96.py',
    '../_base_/segmentor_runtime.py',
]
steps = _base_.train_dataloader.dataset.pipeline
bicubic = dict(interpolation='bicubic')
smaller = dict(type='Resize', scale=(128, 96), **bicubic)
enlarge = dict(type='RandomResize', scale=(256, 192), ratio_range=(0.75, 1.5), **bicubic)
crop = dict(type='RandomCrop', crop_size=(192, 256))
model = dict(data_preprocessor=dict(size=(192, 256)))
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
del steps, bicubic, smaller, enlarge, crop
optim_wrapper = dict(optimizer=dict(lr=5e-3, weight_decay=1e-3))
train_cfg = dict(max_iters=2500, val_interval=500)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=100, end=2500, by_epoch=False),
]
