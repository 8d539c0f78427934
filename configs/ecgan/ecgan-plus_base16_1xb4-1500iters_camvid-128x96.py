# ECGAN-plus on CamVid's photos: judged by a pretrained network, with narrower SPADE norms, which
# leave time for it (docs/results.md).
_base_ = ['./ecgan_base16_1xb4-1500iters_camvid-128x96.py', '../_base_/parts/ecgan-plus.py']
model = _base_.pop('ecgan_plus')
# The encoder does most of the work.
of_images, of_edges = model['discriminator']['members']
of_images.update(base_channels=16)
of_edges.update(base_channels=8, init_gain=1.0)
model['generator'] = dict(trunk=dict(hidden_channels=32))
# Found on the held-out drive (docs/results.md): features and colours of the photo count for more.
model['feature_matching_loss']['loss_weight'] = 0.5
model['class_pixel_loss'] = dict(loss_weight=10.0)
model['edge_weight'] = 0.1
# Only a decoder is to learn, in as few iterations as the generator.
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=2e-3)), discriminator=dict(optimizer=dict(lr=8e-4))
)
del of_images, of_edges
variants = None  # the ladder is ECGAN's
