# In the second half the rates fall along a cosine and not along a line.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
param_scheduler = dict(
    _delete_=True, type='CosineAnnealingLR', by_epoch=False, begin=300, end=600, T_max=600 - 300
)
