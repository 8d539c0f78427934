# MMagic's PatchGAN of Pix2Pix judges pairs of layout and picture.
_base_ = '../ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    discriminator=dict(
        _delete_=True,
        type='PairDiscriminator',
        network=dict(type='PatchDiscriminator', base_channels=32, norm_cfg=dict(type='IN')),
        features=('model.0', 'model.1', 'model.2', 'model.3'),
    ),
)
