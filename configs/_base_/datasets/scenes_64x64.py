# Procedural scenes, 64 x 64: 8 classes + instance boundary; drawn on the fly, no files.
size = (64, 64)  # height, width
finish = [dict(type='InstanceBoundary'), dict(type='PackLayoutInputs', size=size)]
scenes = dict(type='ProceduralScenes', size=size)
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        **scenes,
        split='train',
        length=20000,
        pipeline=[dict(type='CannyEdges'), dict(type='mmseg.RandomFlip', prob=0.5), *finish],
    ),
)
val_dataloader = dict(
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**scenes, split='val', length=256, pipeline=finish),
)
test_dataloader = val_dataloader
# The judge is this project's own, with its weights beside its recipe; its features stand in for
# Inception's, hence the name segmentor-FID.
segmentor = dict(config='unet-s3-c16_1xb8-800iters_scenes-64x64')
fidelity = dict(type='SegmentationFidelity', segmentor=segmentor)
val_evaluator = dict(type='Evaluator', metrics=[fidelity])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        fidelity,
        dict(type='FeatureDistance', network=dict(type='segmentor', **segmentor)),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
        dict(type='EdgeAccuracy'),
    ],
)
del size, finish, scenes, segmentor, fidelity
