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
