# ECGAN's edge and image generators and its semantic preserving module on a ResNet-18.
_base_ = '../ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    generator=dict(
        trunk=dict(
            type='BackboneTrunk',
            backbone=dict(type='mmseg.ResNetV1c', depth=18, norm_cfg=dict(type='BN')),
        )
    )
)
