# Pix2Pix's: Adam with beta_1 = 0.5, one rate for both networks, which stays for the first half and
# then falls to 0. Parts that a model does not have are passed over.
_base_ = '../default_runtime.py'
optimizer = dict(type='Adam', lr=2e-4, betas=(0.5, 0.999))
optim_wrapper = dict(
    constructor='MultiOptimWrapperConstructor',
    generators=dict(
        modules=['generators', 'label_generator', 'contrast_loss'], optimizer=optimizer
    ),
    discriminators=dict(modules=['discriminators'], optimizer=optimizer),
)
del optimizer
# Begin and end of the fall are the recipe's.
param_scheduler = dict(type='LinearLR', by_epoch=False, start_factor=1.0, end_factor=0.0)
