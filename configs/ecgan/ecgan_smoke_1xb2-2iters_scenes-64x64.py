# Two iterations of the real training, to see that everything runs.
_base_ = './ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    generator=dict(base_channels=4),
    discriminator=dict(base_channels=4),
    label_generator=dict(base_channels=8),
)
train_dataloader = dict(batch_size=2, num_workers=0, persistent_workers=False)
auto_scale_lr = dict(base_batch_size=2)
val_dataloader = dict(batch_size=2, num_workers=0, persistent_workers=False, dataset=dict(length=3))
test_dataloader = val_dataloader
val_evaluator = dict(_delete_=True, type='Evaluator', metrics=[dict(type='PairedSSIM')])
test_evaluator = val_evaluator
train_cfg = dict(max_iters=2, val_interval=2)
param_scheduler = dict(begin=1, end=2)
default_hooks = dict(
    logger=dict(interval=1),
    checkpoint=dict(interval=1, save_best=None),
    samples=dict(interval=1, num_samples=2),
)
