# ECGAN with what helped most on photos beyond its papers (docs/results.md): a pretrained network
# judges, at full width. Recipes of short trainings say which other parts help there.
_base_ = ['./ecgan.py', '../parts/pretrained_discriminator.py']
model = dict(
    # The metrics' networks are others.
    perceptual_loss=dict(
        _delete_=True,
        type='EncoderPerceptualLoss',
        encoder=dict(type='efficientnet-lite1'),
        loss_weight=1.0,
    ),
    **_base_.pop('pretrained_discriminator'),
)
