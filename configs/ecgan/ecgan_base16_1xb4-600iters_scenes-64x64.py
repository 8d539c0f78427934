# ECGAN on procedural scenes: 6 minutes on two cores, no files, no weights to fetch. The recipes in
# plus/ and in configs/mixes change it.
_base_ = [
    '../_base_/models/ecgan_base16.py',
    '../_base_/datasets/scenes_64x64.py',
    '../_base_/optimizers/adam_two_rates.py',
]
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=4)  # for --auto-scale-lr
# In so few iterations generators of small width need larger steps to keep up.
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=4e-3)), discriminator=dict(optimizer=dict(lr=3.2e-3))
)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=600, val_interval=600)
param_scheduler = dict(begin=600 // 2, end=600)
model = dict(
    data_preprocessor=dict(num_classes=8, with_unknown=False, with_boundary=True),
    # At the papers' 1 edges pull the trunk's features five times as hard as images do
    # (docs/results.md#the-papers-ladder).
    edge_weight=0.03,
)
default_hooks = dict(
    checkpoint=dict(interval=100, save_best='generated/mIoU', rule='greater'),
    samples=dict(interval=100),
)
