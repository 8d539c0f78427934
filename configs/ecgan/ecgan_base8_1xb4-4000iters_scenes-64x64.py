# ECGAN for the package itself: the model `scenes`, small enough to come along (4 MB of 16-bit
# weights), trained longer than the demo's.
_base_ = './ecgan_base16_1xb4-600iters_scenes-64x64.py'
# The model in the package was trained with the papers' weight of edges and samples for contrast.
_base_.model.pop('edge_weight')
model = dict(
    contrast_loss=dict(_delete_=True, type='MultiScaleContrastLoss', loss_weight=1.0),
    generator=dict(base_channels=8, trunk=dict(hidden_channels=32)),
    # Helped alone (docs/results.md).
    augmentation=dict(type='DiffAugment', policy=('color', 'translation', 'cutout')),
    ema_config=dict(momentum=2e-3),
)
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=3e-3)), discriminator=dict(optimizer=dict(lr=2.4e-3))
)
train_cfg = dict(max_iters=4000, val_interval=500)
param_scheduler = dict(begin=4000 // 2, end=4000)
default_hooks = dict(checkpoint=dict(interval=500), samples=dict(interval=500))
