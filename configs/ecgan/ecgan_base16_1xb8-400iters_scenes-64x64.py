# Twice the batch and fewer iterations than the recipe of 600, which at this length counts for less
# (docs/losses.md#batch-and-iterations). Variants: the papers' ladder, b1 to b7.
_base_ = ['./ecgan_base16_1xb4-600iters_scenes-64x64.py', '../_base_/variants/ladder.py']
train_dataloader = dict(batch_size=8)
auto_scale_lr = dict(base_batch_size=8)
train_cfg = dict(max_iters=400, val_interval=400)
param_scheduler = dict(begin=400 // 2, end=400)
