# Procedural scenes, 64 x 64: 8 classes + instance boundary, N' = 9; drawn on the fly, no files.
num_classes = 8
with_unknown = False
with_boundary = True
size = (64, 64)  # height, width

train_pipeline = [
    dict(type='CannyEdges'),
    dict(type='mmseg.RandomFlip', prob=0.5),
    dict(type='InstanceBoundary'),
    dict(type='PackLayoutInputs', size=size),
]
test_pipeline = [
    dict(type='InstanceBoundary'),
    dict(type='PackLayoutInputs', size=size),
]
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        type='ProceduralScenes', split='train', length=20000, size=size, pipeline=train_pipeline
    ),
)
val_dataloader = dict(
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ProceduralScenes', split='val', length=256, size=size, pipeline=test_pipeline
    ),
)
test_dataloader = val_dataloader
