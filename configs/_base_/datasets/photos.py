# What the data sets of photos in folders share. They are resized bicubically, maps by the nearest
# rule; edges are found on the photo before that. Segmentation fidelity comes before the distances.
train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='LayoutImageDataset'),
)
val_dataloader = dict(
    batch_size=4,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='LayoutImageDataset', test_mode=True),
)
test_dataloader = val_dataloader
distance = dict(type='FeatureDistance', network=dict(type='inception'))
val_evaluator = dict(type='Evaluator', metrics=[distance])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        distance,
        dict(type='PairedLPIPS'),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
        dict(type='EdgeAccuracy'),
    ],
)
del distance
