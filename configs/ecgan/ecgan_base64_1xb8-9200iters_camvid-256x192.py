# ECGAN at full width on CamVid's photos; one GPU of 24 GB or more (arithmetic: docs/datasets.md).
# 9200 iterations of 8 layouts are 200 epochs of its 367 pairs.
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/datasets/camvid_256x192.py',
    '../_base_/evaluators/camvid.py',
    '../_base_/schedules/ttur_400iters.py',
]
model = dict(
    data_preprocessor=_base_.pop('layout'),
    # The moving average sees the last thousand iterations or so.
    ema_config=dict(momentum=1e-3),
)
train_dataloader = dict(
    batch_size=8, sampler=dict(_delete_=True, type='InfiniteSampler', shuffle=True)
)
train_cfg = dict(max_iters=9200, val_interval=9200)
param_scheduler = dict(begin=9200 // 2, end=9200)
auto_scale_lr = dict(base_batch_size=8)  # for --auto-scale-lr
default_hooks = dict(checkpoint=dict(interval=1000), samples=dict(interval=500))
