# The papers' two time scales: Adam with beta_1 = 0, a rate for the generator and one for the
# discriminator, which stay for the first half and then fall to 0. The rates here are the papers'.
_base_ = '../default_runtime.py'
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
# Begin and end of the fall are the recipe's.
param_scheduler = dict(type='LinearLR', by_epoch=False, start_factor=1.0, end_factor=0.0)
