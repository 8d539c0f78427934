# Two time scales at the rates for small scenes; constant, then linear to 0.
max_iters = 400
train_cfg = dict(type='IterBasedTrainLoop', max_iters=max_iters, val_interval=max_iters)
optim_wrapper = dict(
    constructor='MultiOptimWrapperConstructor',
    generator=dict(
        modules=['generator', 'label_generator', 'contrast_loss'],
        optimizer=dict(type='MomentumFreeAdam', lr=2e-4, beta2=0.9),
    ),
    discriminator=dict(
        modules=['discriminator'], optimizer=dict(type='MomentumFreeAdam', lr=8e-4, beta2=0.9)
    ),
)
param_scheduler = dict(
    type='LinearLR',
    by_epoch=False,
    start_factor=1.0,
    end_factor=0.0,
    begin=max_iters // 2,
    end=max_iters,
)
