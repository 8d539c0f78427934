# MMagic's Pix2Pix at full width on CamVid's photos, for as many layouts as ECGAN.
_base_ = [
    '../_base_/models/pix2pix.py',
    '../_base_/datasets/camvid_256x192.py',
    '../_base_/optimizers/adam_one_rate.py',
]
model = dict(
    # Six halvings bring 192 x 256 pixels to 3 x 4.
    generator=dict(in_channels=12, num_down=6),
    discriminator=dict(in_channels=12 + 3),
    data_preprocessor=dict(num_classes=11, with_unknown=True, with_boundary=False),
)
train_dataloader = dict(batch_size=8)
optim_wrapper = dict(
    generators=dict(optimizer=dict(lr=2e-4)), discriminators=dict(optimizer=dict(lr=2e-4))
)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=9200, val_interval=9200)
param_scheduler = dict(begin=9200 // 2, end=9200)
auto_scale_lr = dict(base_batch_size=8)  # for --auto-scale-lr
default_hooks = dict(checkpoint=dict(interval=1000), samples=dict(interval=500))
