# METHOD, training recipe: Adam with beta_1 = 0, two time scales, constant for the first half, then
# linear to 0.
max_epochs = 100
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=10)
optim_wrapper = dict(
    constructor='MultiOptimWrapperConstructor',
    generator=dict(
        modules=['generator', 'label_generator', 'contrast_loss'],
        optimizer=dict(type='MomentumFreeAdam', lr=1e-4, beta2=0.9),
    ),
    discriminator=dict(
        modules=['discriminator'], optimizer=dict(type='MomentumFreeAdam', lr=4e-4, beta2=0.9)
    ),
)
param_scheduler = dict(
    type='LinearLR',
    by_epoch=True,
    start_factor=1.0,
    end_factor=0.0,
    begin=max_epochs // 2,
    end=max_epochs,
    convert_to_iter_based=True,
)
