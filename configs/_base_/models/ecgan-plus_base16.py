# ECGAN-plus for short trainings on a CPU: width 16, MiT in its smallest size, no weights to fetch.
_base_ = './ecgan_base16.py'
model = dict(
    generator=dict(
        trunk=dict(
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
    )
)
