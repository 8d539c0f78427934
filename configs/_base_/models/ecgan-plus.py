# ECGAN with two parts that came after its papers (docs/plus.md, docs/plus_discriminator.md): norms
# by class, with which an update takes less time, and beside the multi-modality discriminator one
# that segments, with LabelMix.
_base_ = './ecgan.py'
model = dict(
    generator=dict(trunk=dict(modulation=dict(type='ClassAdaptiveNorm'))),
    discriminator=dict(
        _delete_=True,
        type='JointDiscriminator',
        members=[
            dict(type='MultiModalityDiscriminator', base_channels=64),
            dict(type='UNetSegmentationDiscriminator', base_channels=64),
        ],
    ),
    gan_loss=dict(_delete_=True, type='JointGANLoss'),
    discriminator_regularizers=[dict(type='LabelMixConsistency', loss_weight=5.0)],
)
