# What pictures of `ecgan make-dataset` are worth to a segmentor (docs/more_data.md). The recipe
# mixes photos and made pictures evenly; variants train as long on one of them, or on one before
# the other. Data set 0 are the photos, data set 1 the made pictures.
variants = dict(
    photos=dict(what='photos alone', train_dataloader=dict(sampler=dict(shares=(1, 0)))),
    made=dict(what='made pictures alone', train_dataloader=dict(sampler=dict(shares=(0, 1)))),
    made_first=dict(
        what='made pictures in the first half, photos in the second',
        train_dataloader=dict(
            sampler=dict(shares=(1, 0), first_shares=(0, 1), first_samples=600 * 8 // 2)
        ),
    ),
)
# What these recipes have in common beside; one takes it by _base_.pop('made_training').
made_training = dict(
    sampler=dict(_delete_=True, type='mmagic.SourceSampler', shares=(1, 1)),
    test_evaluator=dict(_delete_=True, type='IoUByClass'),
    param_scheduler=[
        dict(type='LinearLR', start_factor=0.1, end=100, by_epoch=False),
        dict(type='CosineAnnealingLR', begin=100, end=600, by_epoch=False),
    ],
    train_cfg=dict(max_iters=600, val_interval=600),
)
