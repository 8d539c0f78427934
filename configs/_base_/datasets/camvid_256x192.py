# CamVid at 256 x 192 (width x height), cropped from 286 x 215, of the smaller copy: 360 x 270.
_base_ = './camvid_128x96.py'
size = (192, 256)  # height, width
load = [dict(type='LoadPhoto'), dict(type='LoadLabelMap')]
pack = dict(type='PackLayoutInputs', size=size)
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            *load,
            dict(type='mmseg.Resize', scale=(286, 215), interpolation='bicubic'),
            dict(type='mmseg.RandomCrop', crop_size=size),
            dict(type='mmseg.RandomFlip', prob=0.5),
            dict(type='CannyEdges'),
            pack,
        ]
    )
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            *load,
            dict(type='mmseg.Resize', scale=size[::-1], interpolation='bicubic'),
            pack,
        ]
    )
)
test_dataloader = val_dataloader
del size, load, pack
