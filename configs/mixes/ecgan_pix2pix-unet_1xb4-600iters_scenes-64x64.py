# pix2pix's U-Net generates; ECGAN's discriminator, contrast and label losses train it. It makes no
# edges and no coarse image, so these are not judged. Contrast is taken of its skip blocks.
_base_ = '../ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    generator=dict(
        _delete_=True,
        type='TranslationGenerator',
        # At 64 x 64, six halvings reach one pixel.
        network=dict(type='UnetGenerator', num_down=6, base_channels=32),
    )
)
