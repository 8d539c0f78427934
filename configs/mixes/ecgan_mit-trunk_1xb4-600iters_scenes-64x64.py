# ECGAN's edge and image generators and its semantic preserving module on MiT-B0, the transformer
# of SegFormer.
_base_ = '../ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'
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
