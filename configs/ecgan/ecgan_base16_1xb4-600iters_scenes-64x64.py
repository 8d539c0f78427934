# Half the batch and more iterations than the recipe below, which at this length counts for more
# (docs/losses.md). The recipes in plus/ and in configs/mixes change it. 6 minutes on two cores.
_base_ = './ecgan_base16_1xb8-400iters_scenes-64x64.py'
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=4)
train_cfg = dict(max_iters=600, val_interval=600)
param_scheduler = dict(begin=600 // 2, end=600)
