# MMagic's Pix2Pix at full width on CamVid's photos, for as many layouts as ECGAN.
_base_ = [
    '../_base_/models/pix2pix.py',
    '../_base_/datasets/camvid_256x192.py',
    '../_base_/evaluators/camvid.py',
    '../_base_/schedules/pix2pix_600iters.py',
]
layout = _base_.pop('layout')
channels = layout['num_classes'] + layout['with_unknown'] + layout['with_boundary']
model = dict(
    data_preprocessor=layout,
    # Six halvings bring 192 x 256 pixels to 3 x 4.
    generator=dict(in_channels=channels, num_down=6),
    discriminator=dict(in_channels=channels + 3),
)
del layout, channels
train_dataloader = dict(
    batch_size=8, sampler=dict(_delete_=True, type='InfiniteSampler', shuffle=True)
)
train_cfg = dict(max_iters=9200, val_interval=9200)
param_scheduler = dict(begin=9200 // 2, end=9200)
auto_scale_lr = dict(base_batch_size=8)  # for --auto-scale-lr
default_hooks = dict(checkpoint=dict(interval=1000), samples=dict(interval=500))
