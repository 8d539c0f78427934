# A UNet on few drawn scenes, as files of tools/dataset_converters/scenes.py, and on made pictures.
_base_ = ['./unet-s3-c16_1xb8-800iters_scenes-64x64.py', '../_base_/variants/made_pictures.py']
pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackSegInputs'),
]
files = dict(
    type='LayoutImageDataset',
    labels='scenes',
    img_dir='images',
    img_suffix='.png',
    label_dir='labels',
    pipeline=pipeline,
)
photos = dict(**files, data_root='{{$ECGAN_DATA_DIR:data}}/scenes')
made = dict(**files, data_root='{{$ECGAN_DATA_DIR:data}}/made', ann_file='list.txt')
train_dataloader = dict(
    sampler=dict(_delete_=True, type='mmagic.SourceSampler', shares=(1, 1)),
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[photos, made]),
)
del pipeline, files, photos, made
test_evaluator = dict(_delete_=True, type='IoUByClass')
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=100, end=600, by_epoch=False),
]
train_cfg = dict(max_iters=600, val_interval=600)
