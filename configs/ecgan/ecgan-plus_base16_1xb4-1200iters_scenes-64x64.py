# ECGAN-plus on procedural scenes, in the time of 600 iterations of ECGAN: MiT-B0 as its trunk.
_base_ = [
    '../_base_/models/ecgan_base16.py',
    '../_base_/tasks/scenes_64x64_400iters.py',
    '../_base_/parts/mit_trunk.py',
]
model = dict(data_preprocessor=_base_.pop('layout'), generator=dict(trunk=_base_.pop('mit_trunk')))
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=4)
train_cfg = dict(max_iters=1200, val_interval=1200)
param_scheduler = dict(begin=1200 // 2, end=1200)
