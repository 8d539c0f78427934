# ECGAN's edge and image generators and its semantic preserving module on MiT-B0, the transformer
# of SegFormer: ECGAN-plus for as many iterations as the other mixes.
_base_ = '../ecgan/ecgan-plus_base16_1xb4-1200iters_scenes-64x64.py'
train_cfg = dict(max_iters=600, val_interval=600)
param_scheduler = dict(begin=600 // 2, end=600)
