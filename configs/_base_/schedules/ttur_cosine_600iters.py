# As ttur.py, but in the second half the rates fall along a cosine.
_base_ = './ttur.py'
train_cfg = dict(type='IterBasedTrainLoop', max_iters=600, val_interval=600)
param_scheduler = dict(
    _delete_=True,
    type='CosineAnnealingLR',
    by_epoch=False,
    begin=600 // 2,
    end=600,
    T_max=600 - 600 // 2,
)
