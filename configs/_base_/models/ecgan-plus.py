# ECGAN with what helped most on photos beyond its papers (docs/results.md): a pretrained network
# judges, at full width. Recipes of short trainings say which other parts help there.
_base_ = [
    './ecgan.py',
    '../parts/encoder_perceptual_loss.py',
    '../parts/pretrained_discriminator.py',
]
model = dict(
    perceptual_loss=_base_.pop('perceptual_loss'),
    **_base_.pop('pretrained_discriminator'),
)
