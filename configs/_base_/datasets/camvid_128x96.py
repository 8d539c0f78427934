# CamVid at 128 x 96 (width x height), cropped from 143 x 107: 11 classes + unknown.
_base_ = './photos.py'
layout = dict(num_classes=11, with_unknown=True, with_boundary=False)
size = (96, 128)  # height, width
load = [dict(type='LoadPhoto'), dict(type='LoadLabelMap')]
pack = dict(type='PackLayoutInputs', size=size)
files = dict(
    labels='camvid',
    label_map=[(11, 255)],  # unlabelled
    data_root='{{$ECGAN_DATA_DIR:data}}/camvid',
)
train_dataloader = dict(
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
    )
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
del size, load, pack, files
