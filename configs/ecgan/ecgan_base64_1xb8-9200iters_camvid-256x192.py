# ECGAN at full width on CamVid's photos: 200 epochs of its 367 pairs on one GPU of 24 GB or more
# (arithmetic: docs/train.md).
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/datasets/camvid_256x192.py',
    '../_base_/optimizers/adam_two_rates.py',
]
# Test is measured once, at the end: nothing is chosen by it.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=9200, val_interval=9200)
train_dataloader = dict(batch_size=8)
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-4)), discriminator=dict(optimizer=dict(lr=4e-4))
)
param_scheduler = dict(begin=9200 // 2, end=9200)
auto_scale_lr = dict(base_batch_size=8)  # for --auto-scale-lr
default_hooks = dict(checkpoint=dict(interval=1000), samples=dict(interval=500))
model = dict(
    # The moving average sees the last thousand iterations or so.
    ema_config=dict(momentum=1e-3),
    # As at 128 x 96, where trees and facades are ripples without it; its weights: make features.
    perceptual_loss=dict(
        _delete_=True,
        type='EncoderPerceptualLoss',
        encoder=dict(type='efficientnet-lite1'),
        loss_weight=1.0,
    ),
    data_preprocessor=dict(num_classes=11, with_unknown=True, with_boundary=False),
)
