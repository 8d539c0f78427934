# The discriminator's scores are held near the moving averages of those on the other kind.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(discriminator_regularizers=[dict(type='LeCamRegularization', loss_weight=0.1)])
