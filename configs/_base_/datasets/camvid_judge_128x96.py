# CamVid for segmentors that judge pictures of 128 x 96 (width x height): 11 classes, unlabelled
# pixels left out. Of train's three drives they learn from two; 0006R0 is held out to watch them.
# Nothing is chosen by test.
size = (96, 128)  # height, width
bicubic = dict(interpolation='bicubic')
files = dict(
    type='LayoutImageDataset',
    labels='camvid',
    label_map=[(11, 255)],  # unlabelled
    data_root='{{$ECGAN_DATA_DIR:data}}/camvid',
)
of_train = dict(**files, img_dir='images/train', label_dir='labels/train')
# In the order of their names: 62 pictures of 0001TP, 101 of 0006R0, 204 of 0016E5.
first, held_out, third = range(62), range(62, 62 + 101), range(62 + 101, 62 + 101 + 204)
train_dataloader = dict(
    sampler=dict(type='InfiniteSampler', shuffle=True),
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    dataset=dict(
        **of_train,
        indices=[*first, *third],
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='LoadAnnotations'),
            dict(type='RandomResize', scale=size[::-1], ratio_range=(0.75, 1.5), **bicubic),
            dict(type='RandomCrop', crop_size=size),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PhotoMetricDistortion'),
            dict(type='PackSegInputs'),
        ],
    ),
)
# Label maps stay as large as they are: mmsegmentation enlarges its predictions to them.
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=size[::-1], **bicubic),
    dict(type='LoadAnnotations'),
    dict(type='PackSegInputs'),
]
val_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**of_train, indices=[*held_out], pipeline=test_pipeline),
)
test_dataloader = dict(
    batch_size=16,
    num_workers=1,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**files, img_dir='images/test', label_dir='labels/test', pipeline=test_pipeline),
)
del size, bicubic, files, of_train, first, held_out, third
