# Cityscapes, 1024 x 512 (width x height), resized without a crop: 35 label ids + instance boundary.
_base_ = './cityscapes_512x256.py'
size = (512, 1024)  # height, width
load = _base_.val_dataloader.dataset.pipeline[:3]
resize = dict(type='mmseg.Resize', scale=size[::-1], interpolation='bicubic')
finish = [dict(type='InstanceBoundary'), dict(type='PackLayoutInputs', size=size)]
flip = dict(type='mmseg.RandomFlip', prob=0.5)
train_dataloader = dict(
    dataset=dict(pipeline=[*load, dict(type='CannyEdges'), resize, flip, *finish])
)
val_dataloader = dict(batch_size=1, dataset=dict(pipeline=[*load, resize, *finish]))
test_dataloader = val_dataloader
del size, load, resize, finish, flip
