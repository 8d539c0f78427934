# ECGAN at half the width and 1024 x 512, on one GPU of 24 GB: one image at a time, 32 an update. At
# most 14.1 GB by the arithmetic of docs/train.md; no GPU was measured.
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/datasets/cityscapes_1024x512.py',
    '../_base_/optimizers/adam_two_rates.py',
]
train_dataloader = dict(batch_size=1)
accumulate = dict(type='Bfloat16OptimWrapper', accumulative_counts=32)
optim_wrapper = dict(
    generator=dict(**accumulate, optimizer=dict(lr=1e-4)),
    discriminator=dict(**accumulate, optimizer=dict(lr=4e-4)),
)
del accumulate
auto_scale_lr = dict(base_batch_size=32)  # for --auto-scale-lr
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=200, val_interval=10)
param_scheduler = dict(by_epoch=True, convert_to_iter_based=True, begin=200 // 2, end=200)
model = dict(
    data_preprocessor=dict(num_classes=35, with_unknown=False, with_boundary=True),
    generator=dict(base_channels=32, upsampling='more', trunk=dict(recompute=['up_2', 'up_3'])),
    discriminator=dict(base_channels=32),
    label_generator=dict(base_channels=32),
)
# A multiple of what is accumulated: a resumed run has lost no gradient.
default_hooks = dict(checkpoint=dict(interval=150 * 32, save_best='generated/mIoU', rule='greater'))
