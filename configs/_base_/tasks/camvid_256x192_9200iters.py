# CamVid for one GPU: 9200 iterations of 8 layouts are 200 epochs of its 367 pairs.
# Test is measured once, at the end: nothing is chosen by it.
_base_ = [
    '../datasets/camvid_256x192.py',
    '../evaluators/camvid.py',
    '../schedules/ttur_400iters.py',
    # As at 128 x 96, where trees and facades are ripples without it (docs/results.md).
    '../parts/encoder_perceptual_loss.py',
]
train_dataloader = dict(
    batch_size=8, sampler=dict(_delete_=True, type='InfiniteSampler', shuffle=True)
)
train_cfg = dict(max_iters=9200, val_interval=9200)
param_scheduler = dict(begin=9200 // 2, end=9200)
auto_scale_lr = dict(base_batch_size=8)  # for --auto-scale-lr
default_hooks = dict(checkpoint=dict(interval=1000), samples=dict(interval=500))
