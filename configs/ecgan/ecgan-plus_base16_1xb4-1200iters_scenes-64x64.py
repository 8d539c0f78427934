# ECGAN-plus on procedural scenes, in the time of 600 iterations of ECGAN: MiT-B0, the smallest
# transformer of SegFormer, encodes the layout.
_base_ = './ecgan_base16_1xb4-600iters_scenes-64x64.py'
trunk = dict(
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
model = dict(generator=dict(trunk=trunk))
del trunk
train_cfg = dict(max_iters=1200, val_interval=1200)
param_scheduler = dict(begin=1200 // 2, end=1200)
