# ADE20K (ADEChallengeData2016), 256 x 256: 150 classes + unknown, N' = 151.
# Resized to 286 x 286 and cropped; photos bicubic, maps nearest; edges on the photo before that.
num_classes = 150
with_unknown = True
with_boundary = False
size = (256, 256)  # height, width
resized = (286, 286)  # width, height
data_root = '{{$ECGAN_DATA_DIR:data}}/ADEChallengeData2016'

loading = [dict(type='mmcv.LoadImageFromFile'), dict(type='LoadLabelMap')]
train_pipeline = [
    *loading,
    dict(type='CannyEdges'),
    dict(type='mmseg.Resize', scale=resized, interpolation='bicubic'),
    dict(type='mmseg.RandomCrop', crop_size=size),
    dict(type='mmseg.RandomFlip', prob=0.5),
    dict(type='PackLayoutInputs', size=size),
]
test_pipeline = [
    *loading,
    dict(type='mmseg.Resize', scale=size[::-1], interpolation='bicubic'),
    dict(type='PackLayoutInputs', size=size),
]
# In the files 0 means unknown and the classes start at 1.
shared = dict(
    type='LayoutImageDataset', labels='ade20k', reduce_zero_label=True, data_root=data_root
)
train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        **shared,
        img_dir='images/training',
        label_dir='annotations/training',
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
        img_dir='images/validation',
        label_dir='annotations/validation',
        pipeline=test_pipeline,
        test_mode=True,
    ),
)
test_dataloader = val_dataloader
