# ECGAN-plus on CamVid's photos: judged by a pretrained network, with narrower SPADE norms, which
# leave time for it (docs/results.md).
_base_ = [
    '../_base_/models/ecgan_base16.py',
    '../_base_/tasks/camvid_128x96_1500iters.py',
    '../_base_/parts/pretrained_discriminator.py',
]
model = dict(
    data_preprocessor=_base_.pop('layout'),
    perceptual_loss=_base_.pop('perceptual_loss'),
    generator=dict(trunk=dict(hidden_channels=32)),
    **_base_.pop('pretrained_discriminator'),
)
# The encoder does most of the work.
model['discriminator']['base_channels'] = 16
# Only a decoder is to learn, in as few iterations as the generator.
optim_wrapper = dict(discriminator=dict(optimizer=dict(lr=8e-4)))
