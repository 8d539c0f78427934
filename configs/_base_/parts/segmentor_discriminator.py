# A UNet of mmsegmentation gives each pixel a class or "generated", as in OASIS. It judges no edges:
# these learn from the image that they help to make. A recipe takes it by
# model = _base_.pop('segmentor_discriminator').
segmentor_discriminator = dict(
    discriminator=dict(
        _delete_=True,
        type='SegmentorDiscriminator',
        segmentor=dict(
            type='EncoderDecoder',
            backbone=dict(
                type='UNet',
                base_channels=16,
                num_stages=3,
                downsamples=(True, True),
                strides=(1, 1, 1),
                enc_num_convs=(2, 2, 2),
                enc_dilations=(1, 1, 1),
                dec_num_convs=(2, 2),
                dec_dilations=(1, 1),
            ),
            decode_head=dict(
                type='FCNHead', in_channels=16, in_index=2, channels=16, dropout_ratio=0
            ),
        ),
    ),
    judged=('coarse', 'image'),
    gan_loss=dict(_delete_=True, type='SegmentationGANLoss'),
    feature_matching_loss=None,
    discriminator_regularizers=[dict(type='LabelMixConsistency', loss_weight=5.0)],
)
