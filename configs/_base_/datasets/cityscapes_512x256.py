# Cityscapes, 512 x 256 (width x height), resized without a crop: 35 label ids + instance boundary.
_base_ = './photos.py'
size = (256, 512)  # height, width
load = [
    dict(type='LoadPhoto'),
    dict(type='LoadLabelMap'),
    dict(type='LoadInstanceMap'),
]
resize = dict(type='mmseg.Resize', scale=size[::-1], interpolation='bicubic')
finish = [dict(type='InstanceBoundary'), dict(type='PackLayoutInputs', size=size)]
files = dict(
    labels='cityscapes',
    data_root='{{$ECGAN_DATA_DIR:data}}/cityscapes',
    img_suffix='_leftImg8bit.png',
    label_suffix='_gtFine_labelIds.png',
    instance_suffix='_gtFine_instanceIds.png',
)
train_dataloader = dict(
    dataset=dict(
        **files,
        img_dir='leftImg8bit/train',
        label_dir='gtFine/train',
        instance_dir='gtFine/train',
        pipeline=[
            *load,
            dict(type='CannyEdges'),
            resize,
            dict(type='mmseg.RandomFlip', prob=0.5),
            *finish,
        ],
    )
)
val_dataloader = dict(
    dataset=dict(
        **files,
        img_dir='leftImg8bit/val',
        label_dir='gtFine/val',
        instance_dir='gtFine/val',
        pipeline=[*load, resize, *finish],
    )
)
test_dataloader = val_dataloader
# 500 validation layouts, 19 classes scored. The sources disagree on the segmentor's input size:
# native (256 x 512, here), or input_policy='upscale', input_size=(1024, 2048) of the segmentor.
# checkpoint=None: the model zoo's
judge = dict(config='deeplabv3plus_r101-d8_4xb2-80k_cityscapes-512x1024', checkpoint=None)
fidelity = dict(type='SegmentationFidelity', label_mapping='cityscapes', segmentor=judge)
val_evaluator = dict(metrics=[fidelity, *_base_.val_evaluator.metrics])
test_evaluator = dict(metrics=[fidelity, *_base_.test_evaluator.metrics])
del size, load, resize, finish, files, judge, fidelity
