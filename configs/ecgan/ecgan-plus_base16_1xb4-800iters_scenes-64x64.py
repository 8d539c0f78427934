# ECGAN-plus on procedural scenes, for about the time of `make demo`.
_base_ = ['../_base_/models/ecgan-plus.py', '../_base_/tasks/scenes_64x64_400iters.py']
model = dict(
    data_preprocessor=_base_.pop('layout'),
    # Not the papers' gain of 0.02, from which so short a training takes long to get away.
    generator=dict(base_channels=16, init_gain=1.0),
    discriminator=dict(
        members=[
            dict(type='MultiModalityDiscriminator', base_channels=16, init_gain=1.0),
            dict(type='UNetSegmentationDiscriminator', base_channels=16),
        ]
    ),
    label_generator=dict(base_channels=16, init_gain=1.0),
    perceptual_loss=None,
    # Of 800 iterations the moving average sees the last hundred or so.
    ema_config=dict(momentum=1e-2),
)
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=4)
train_cfg = dict(max_iters=800, val_interval=800)
param_scheduler = dict(begin=800 // 2, end=800)
