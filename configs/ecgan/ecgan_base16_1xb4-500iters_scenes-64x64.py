# What `make demo` trains: the recipe of 600 iterations, shorter, for five minutes on two cores.
_base_ = './ecgan_base16_1xb4-600iters_scenes-64x64.py'
train_cfg = dict(max_iters=500, val_interval=500)
param_scheduler = dict(begin=500 // 2, end=500)
