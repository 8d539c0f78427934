# MiT, the transformer of SegFormer, encodes the layout, here in its smallest size, B0. A recipe
# takes it by model = dict(generator=dict(trunk=_base_.pop('mit_trunk'))).
mit_trunk = dict(
    type='BackboneTrunk',
    backbone=dict(
        type='mmseg.MixVisionTransformer',
        embed_dims=32,
        num_layers=[2, 2, 2, 2],
        num_heads=[1, 2, 5, 8],
        patch_sizes=[7, 3, 3, 3],
        sr_ratios=[8, 4, 2, 1],
        qkv_bias=True,
        drop_path_rate=0.1,
    ),
)
