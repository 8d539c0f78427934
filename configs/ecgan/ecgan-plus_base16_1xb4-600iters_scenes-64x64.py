# ECGAN with parts that came after its papers (docs/plus_discriminator.md): a discriminator that
# segments, LabelMix, a moving average that warms up, rates that end along a cosine. Each of them
# alone is in plus/. Not augmented: scenes are drawn anew for every iteration.
_base_ = ['../_base_/models/ecgan.py', '../_base_/tasks/scenes_64x64_600iters-cosine.py']
model = dict(
    data_preprocessor=_base_.pop('layout'),
    # Not the papers' gain of 0.02, from which so short a training takes long to get away.
    generator=dict(base_channels=16, init_gain=1.0),
    label_generator=dict(base_channels=16, init_gain=1.0),
    discriminator=dict(_delete_=True, type='UNetSegmentationDiscriminator', base_channels=16),
    # It segments photos, not edges; these learn from the image that they help to make.
    judged=('coarse', 'image'),
    gan_loss=dict(_delete_=True, type='SegmentationGANLoss'),
    feature_matching_loss=None,
    discriminator_regularizers=[dict(type='LabelMixConsistency', loss_weight=5.0)],
    perceptual_loss=None,
    ema_config=dict(_delete_=True, type='RampUpEMA', batch_size=4),
)
