# Layout and picture are moved alike before they are judged, the more the better D knows the photos.
_base_ = './ecgan_stylegan2-discriminator_1xb4-600iters_scenes-64x64.py'
model = dict(
    discriminator=dict(
        network=dict(
            # p can reach 1 after 2000 photos; these are 2400.
            data_aug=dict(
                type='ADAAug',
                aug_pipeline=dict(xflip=1, rotate90=1, xint=1, scale=1, rotate=1, aniso=1, xfrac=1),
                ada_kimg=2,
            )
        ),
        # Photo and generated image are moved differently, so their features do not match.
        features=(),
    ),
    feature_matching_loss=None,
    discriminator_regularizers=[
        dict(type='R1GradientPenaltyComps', loss_weight=1 / 2 * 16, interval=16, norm_mode='HWC'),
        dict(type='AdaptiveAugmentation'),
    ],
)
