# On CamVid's photos, a segmentor of mmsegmentation in the place of the discriminator.
_base_ = [
    '../../ecgan/ecgan_base16_1xb4-1500iters_camvid-128x96.py',
    '../../_base_/parts/segmentor_discriminator.py',
]
model = _base_.pop('segmentor_discriminator')
variants = None  # the ladder is ECGAN's
