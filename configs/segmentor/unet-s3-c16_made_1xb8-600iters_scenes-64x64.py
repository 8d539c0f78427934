# A UNet on few drawn scenes, as files of tools/dataset_converters/scenes.py, and on made pictures.
_base_ = ['./unet-s3-c16_1xb8-800iters_scenes-64x64.py', '../_base_/variants/made_pictures.py']
shared = _base_.pop('made_training')
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
    sampler=shared.sampler,
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[photos, made]),
)
test_evaluator = shared.test_evaluator
param_scheduler = shared.param_scheduler
train_cfg = shared.train_cfg
del shared, pipeline, files, photos, made
