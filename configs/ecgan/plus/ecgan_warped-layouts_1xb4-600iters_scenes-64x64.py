# The generator sees layouts that are a little wrong, the losses right ones.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='CannyEdges'),
            dict(type='mmseg.RandomFlip', prob=0.5),
            dict(type='InstanceBoundary'),
            dict(type='WarpLayout'),
            dict(type='PackLayoutInputs', size=(64, 64)),
        ]
    )
)
