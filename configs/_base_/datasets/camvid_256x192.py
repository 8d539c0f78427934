# CamVid at 256 x 192 (width x height), cropped from 286 x 215, of the smaller copy: 360 x 270.
_base_ = './camvid_128x96.py'
size = (192, 256)  # height, width
load, flip_and_edges = (_base_.train_dataloader.dataset.pipeline[i : i + 2] for i in (0, 4))
bicubic = dict(type='mmseg.Resize', interpolation='bicubic')
crop = [dict(**bicubic, scale=(286, 215)), dict(type='mmseg.RandomCrop', crop_size=size)]
pack = dict(type='PackLayoutInputs', size=size)
train_dataloader = dict(num_workers=4, dataset=dict(pipeline=[*load, *crop, *flip_and_edges, pack]))
val_dataloader = dict(dataset=dict(pipeline=[*load, dict(**bicubic, scale=size[::-1]), pack]))
test_dataloader = val_dataloader
del size, load, flip_and_edges, bicubic, crop, pack
