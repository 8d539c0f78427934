# What `make demo` trains: half the batch and more iterations than the recipe below, which at this
# length counts for more (docs/losses.md). About 3 minutes on two cores.
_base_ = './ecgan_base16_1xb8-400iters_scenes-64x64.py'
max_iters = 600
train_dataloader = dict(batch_size=4)
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
param_scheduler = dict(begin=max_iters // 2, end=max_iters)
