# Photos of any size, resized to 286 x 286 and cropped to 256 x 256; at test resized to 256 x 256.
_base_ = './photos.py'
size = (256, 256)  # height, width
load = [dict(type='LoadPhoto'), dict(type='LoadLabelMap')]
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            *load,
            dict(type='CannyEdges'),
            dict(type='mmseg.Resize', scale=(286, 286), interpolation='bicubic'),
            dict(type='mmseg.RandomCrop', crop_size=size),
            dict(type='mmseg.RandomFlip', prob=0.5),
            dict(type='PackLayoutInputs', size=size),
        ]
    )
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            *load,
            dict(type='mmseg.Resize', scale=size, interpolation='bicubic'),
            dict(type='PackLayoutInputs', size=size),
        ]
    )
)
test_dataloader = val_dataloader
del size, load
