# Cityscapes, 512 x 256 (width x height): 35 label ids + instance boundary, N' = 36.
# Resized without a crop; photos bicubic, maps nearest; edges on the photo before that.
num_classes = 35
with_unknown = False
with_boundary = True
size = (256, 512)  # height, width
data_root = '{{$ECGAN_DATA_DIR:data}}/cityscapes'

loading = [
    dict(type='mmcv.LoadImageFromFile'),
    dict(type='LoadLabelMap'),
    dict(type='LoadInstanceMap'),
]
resizing = dict(type='mmseg.Resize', scale=size[::-1], interpolation='bicubic')
train_pipeline = [
    *loading,
    dict(type='CannyEdges'),
    resizing,
    dict(type='mmseg.RandomFlip', prob=0.5),
    dict(type='InstanceBoundary'),
    dict(type='PackLayoutInputs', size=size),
]
test_pipeline = [
    *loading,
    resizing,
    dict(type='InstanceBoundary'),
    dict(type='PackLayoutInputs', size=size),
]
shared = dict(
    type='LayoutImageDataset',
    labels='cityscapes',
    data_root=data_root,
    img_suffix='_leftImg8bit.png',
    label_suffix='_gtFine_labelIds.png',
    instance_suffix='_gtFine_instanceIds.png',
)
train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        **shared,
        img_dir='leftImg8bit/train',
        label_dir='gtFine/train',
        instance_dir='gtFine/train',
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=4,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        **shared,
        img_dir='leftImg8bit/val',
        label_dir='gtFine/val',
        instance_dir='gtFine/val',
        pipeline=test_pipeline,
        test_mode=True,
    ),
)
test_dataloader = val_dataloader
