# ECGAN trained by AdamW, whose rates rise for 50 iterations and then fall along a cosine.
_base_ = '../ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'
adamw = dict(_delete_=True, type='AdamW', betas=(0.0, 0.9), weight_decay=1e-4)
optim_wrapper = dict(
    generator=dict(optimizer=dict(**adamw, lr=2e-3)),
    discriminator=dict(optimizer=dict(**adamw, lr=1.6e-3)),
)
param_scheduler = [
    dict(type='LinearLR', by_epoch=False, start_factor=0.1, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=50, end=600, T_max=600 - 50),
]
del adamw
