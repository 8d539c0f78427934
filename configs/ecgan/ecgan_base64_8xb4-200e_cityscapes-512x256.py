# ECGAN at full width on Cityscapes: 8 GPUs with 4 images each. Variants: one GPU of 8 GB (width 32,
# one image at a time) or 24 GB (width 64, two images).
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/datasets/cityscapes_512x256.py',
    '../_base_/optimizers/adam_two_rates.py',
    '../_base_/variants/one_gpu_256x256.py',
]
model = dict(
    data_preprocessor=dict(num_classes=35, with_unknown=False, with_boundary=True),
    generator=dict(upsampling='more'),
)
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-4)), discriminator=dict(optimizer=dict(lr=4e-4))
)
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=200, val_interval=10)
param_scheduler = dict(by_epoch=True, convert_to_iter_based=True, begin=200 // 2, end=200)
default_hooks = dict(checkpoint=dict(save_best='generated/mIoU', rule='greater'))
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=8 * 4)  # for --auto-scale-lr
# Twice the pixels of 256 x 256: half as many at a time.
variants = {
    name: dict(
        train_dataloader=dict(batch_size=batch),
        optim_wrapper={
            network: dict(accumulative_counts=32 // batch)
            for network in ('generator', 'discriminator')
        },
    )
    for name, batch in (('8gb', 1), ('24gb', 2))
}
