# Wasserstein distance with gradient penalty (WGAN-GP, arXiv 1704.00028) in place of the hinge.
_base_ = '../ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    gan_loss=dict(gan_type='wgan'),
    discriminator_regularizers=[
        dict(type='GradientPenaltyLossComps', loss_weight=10.0, norm_mode='HWC')
    ],
)
