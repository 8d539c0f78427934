# MMagic's Pix2Pix from the channels of layouts to photos. The target domain is `img`, so that it
# writes `fake_img`, which metrics, report and hooks read. A recipe gives the layouts' channels.
model = dict(
    type='Pix2Pix',
    default_domain='img',
    reachable_domains=['img'],
    related_domains=['img', 'layout'],
    data_preprocessor=dict(type='TranslationDataPreprocessor'),
    generator=dict(
        type='UnetGenerator',
        out_channels=3,
        num_down=8,
        base_channels=64,
        norm_cfg=dict(type='BN'),
        use_dropout=True,
        init_cfg=dict(type='normal', gain=0.02),
    ),
    discriminator=dict(
        type='PatchDiscriminator',
        base_channels=64,
        num_conv=3,
        norm_cfg=dict(type='BN'),
        init_cfg=dict(type='normal', gain=0.02),
    ),
    loss_config=dict(pixel_loss_weight=100.0),
)
