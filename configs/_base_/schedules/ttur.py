# The papers' recipe: Adam with beta_1 = 0, two time scales; the rates stay for the first half
# and then fall to 0. Begin and end of the fall are the recipe's.
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
param_scheduler = dict(type='LinearLR', by_epoch=False, start_factor=1.0, end_factor=0.0)
