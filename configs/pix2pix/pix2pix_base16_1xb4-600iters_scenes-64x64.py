# MMagic's Pix2Pix on procedural scenes: minutes on two cores, no files, no weights to fetch.
_base_ = [
    '../_base_/models/pix2pix.py',
    '../_base_/datasets/scenes_64x64.py',
    '../_base_/optimizers/adam_one_rate.py',
]
model = dict(
    data_preprocessor=dict(num_classes=8, with_unknown=False, with_boundary=True),
    # Six halvings bring 64 pixels to one.
    generator=dict(in_channels=9, num_down=6, base_channels=16),
    discriminator=dict(in_channels=9 + 3, base_channels=16),
)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=600, val_interval=600)
param_scheduler = dict(begin=600 // 2, end=600)
default_hooks = dict(
    checkpoint=dict(interval=100, save_best='generated/mIoU', rule='greater'),
    samples=dict(interval=100),
)
# In so few iterations networks of small width need larger steps.
optim_wrapper = dict(
    generators=dict(optimizer=dict(lr=1e-3)), discriminators=dict(optimizer=dict(lr=4e-4))
)
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=4)  # for --auto-scale-lr
