# ECGAN with what helped beyond its papers (docs/plus_discriminator.md#measured): MiT, the
# transformer of SegFormer, encodes the layout, here in the size B2.
_base_ = './ecgan.py'
model = dict(
    generator=dict(
        trunk=dict(
            type='BackboneTrunk',
            backbone=dict(
                type='mmseg.MixVisionTransformer',
                embed_dims=64,
                num_layers=[3, 4, 6, 3],
                num_heads=[1, 2, 5, 8],
                patch_sizes=[7, 3, 3, 3],
                sr_ratios=[8, 4, 2, 1],
                qkv_bias=True,
                drop_path_rate=0.1,
            ),
        )
    )
)
