# COCO-Stuff, 256 x 256: 182 ids + unknown + instance boundary, N' = 184.
# Resized to 286 x 286 and cropped; photos bicubic, maps nearest; edges on the photo before that.
num_classes = 182
with_unknown = True
with_boundary = True
size = (256, 256)  # height, width
resized = (286, 286)  # width, height
data_root = '{{$ECGAN_DATA_DIR:data}}/coco_stuff'

loading = [
    dict(type='mmcv.LoadImageFromFile'),
    dict(type='LoadLabelMap'),
    dict(type='LoadInstanceMap'),
]
train_pipeline = [
    *loading,
    dict(type='CannyEdges'),
    dict(type='mmseg.Resize', scale=resized, interpolation='bicubic'),
    dict(type='mmseg.RandomCrop', crop_size=size),
    dict(type='mmseg.RandomFlip', prob=0.5),
    dict(type='InstanceBoundary'),
    dict(type='PackLayoutInputs', size=size),
]
test_pipeline = [
    *loading,
    dict(type='mmseg.Resize', scale=size[::-1], interpolation='bicubic'),
    dict(type='InstanceBoundary'),
    dict(type='PackLayoutInputs', size=size),
]
train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='LayoutImageDataset',
        labels='coco_stuff',
        data_root=data_root,
        img_dir='train_img',
        label_dir='train_label',
        instance_dir='train_inst',
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=4,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='LayoutImageDataset',
        labels='coco_stuff',
        data_root=data_root,
        img_dir='val_img',
        label_dir='val_label',
        instance_dir='val_inst',
        pipeline=test_pipeline,
        test_mode=True,
    ),
)
test_dataloader = val_dataloader
