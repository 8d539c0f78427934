# ECGAN at full width on COCO-Stuff: 8 GPUs with 4 images each. Variants: one GPU of 8 GB (width 32,
# 2 images at a time) or 24 GB (width 64, 4 images).
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/datasets/coco_stuff_256x256.py',
    '../_base_/optimizers/adam_two_rates.py',
    '../_base_/variants/one_gpu_256x256.py',
]
train_dataloader = dict(batch_size=4)
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=100, val_interval=10)
param_scheduler = dict(by_epoch=True, convert_to_iter_based=True, begin=100 // 2, end=100)
default_hooks = dict(checkpoint=dict(save_best='generated/mIoU', rule='greater'))
auto_scale_lr = dict(base_batch_size=8 * 4)  # for --auto-scale-lr
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-4)), discriminator=dict(optimizer=dict(lr=4e-4))
)
model = dict(data_preprocessor=dict(num_classes=182, with_unknown=True, with_boundary=True))
