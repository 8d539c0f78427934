# StyleGAN2's discriminator with its loss: logistic, and R1 with gamma = 1 at every 16th iteration.
_base_ = '../ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    discriminator=dict(
        _delete_=True,
        type='PairDiscriminator',
        network=dict(
            type='SlimStyleGAN2Discriminator', in_size=64, base_channels=16, max_channels=64
        ),
        features=('convs.1', 'convs.2', 'convs.3'),
    ),
    gan_loss=dict(_delete_=True, type='GANLossComps', gan_type='wgan-logistic-ns'),
    discriminator_regularizers=[
        dict(type='R1GradientPenaltyComps', loss_weight=1 / 2 * 16, interval=16, norm_mode='HWC')
    ],
)
