# MMagic's Pix2Pix on CamVid's photos: less than half an hour on two cores, no weights to fetch.
_base_ = [
    '../_base_/models/pix2pix.py',
    '../_base_/datasets/camvid_128x96.py',
    '../_base_/optimizers/adam_one_rate.py',
]
# Five halvings bring 96 x 128 pixels to 3 x 4.
model = dict(
    generator=dict(in_channels=12, num_down=5, base_channels=16),
    discriminator=dict(in_channels=12 + 3, base_channels=16),
    data_preprocessor=dict(num_classes=11, with_unknown=True, with_boundary=False),
)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1500, val_interval=1500)
param_scheduler = dict(begin=1500 // 2, end=1500)
train_dataloader = dict(batch_size=4)
# In so few iterations networks of small width need larger steps.
optim_wrapper = dict(
    generators=dict(optimizer=dict(lr=4e-4)), discriminators=dict(optimizer=dict(lr=4e-4))
)
auto_scale_lr = dict(base_batch_size=4)  # for --auto-scale-lr
default_hooks = dict(checkpoint=dict(interval=250), samples=dict(interval=250))
