# CamVid at 128 x 96 (width x height), cropped from 143 x 107: 11 classes + unknown.
_base_ = './photos.py'
size = (96, 128)  # height, width
load = [dict(type='LoadPhoto'), dict(type='LoadLabelMap')]
pack = dict(type='PackLayoutInputs', size=size)
files = dict(
    labels='camvid',
    label_map=[(11, 255)],  # unlabelled
    data_root='{{$ECGAN_DATA_DIR:data}}/camvid',
)
train_dataloader = dict(
    num_workers=2,
    sampler=dict(type='InfiniteSampler'),
    dataset=dict(
        **files,
        img_dir='images/train',
        label_dir='labels/train',
        pipeline=[
            *load,
            dict(type='mmseg.Resize', scale=(143, 107), interpolation='bicubic'),
            dict(type='mmseg.RandomCrop', crop_size=size),
            dict(type='mmseg.RandomFlip', prob=0.5),
            # Found behind the crop: lines that were resized this much would be broken.
            dict(type='CannyEdges'),
            pack,
        ],
    ),
)
# The release's own val is one clip of 7 seconds: its pictures are nearly alike.
val_dataloader = dict(
    dataset=dict(
        **files,
        img_dir='images/test',
        label_dir='labels/test',
        pipeline=[
            *load,
            dict(type='mmseg.Resize', scale=size[::-1], interpolation='bicubic'),
            pack,
        ],
    )
)
test_dataloader = val_dataloader
# Unlabelled pixels are not judged. The judges are this project's own (configs/segmentor): they see
# every picture at 128 x 96, at which they were trained; the second is there to see whether both
# agree. Distances are of two networks: EfficientNet-Lite0, which comes with a package
# (docs/evaluate.md), and the first judge, which no loss of a recipe is akin to.
segmentor = dict(
    config='configs/segmentor/unet-s5-c16_1xb8-3000iters_camvid-128x96.py',
    checkpoint='work_dirs/unet-s5-c16_1xb8-3000iters_camvid-128x96/iter_3000.pth',
    input_policy='pipeline',
)
fidelity = dict(type='SegmentationFidelity', segmentor=segmentor)
second = dict(
    type='SegmentationFidelity',
    segmentor=dict(
        config='configs/segmentor/fast-scnn_scratch_1xb8-2500iters_camvid-128x96.py',
        checkpoint='work_dirs/fast-scnn_scratch_1xb8-2500iters_camvid-128x96/iter_2500.pth',
        input_policy='pipeline',
    ),
    prefix='fast-scnn',
)
val_evaluator = dict(type='Evaluator', metrics=[fidelity])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        fidelity,
        second,
        dict(type='FeatureDistance', network=dict(type='efficientnet-lite0')),
        dict(type='FeatureDistance', network=dict(type='segmentor', **segmentor)),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
        dict(type='EdgeAccuracy'),
    ],
)
del size, load, pack, files, segmentor, fidelity, second
