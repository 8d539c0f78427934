# B6, with pixel contrast and class-specific pixel loss: B7 with the contrast of one scale.
_base_ = './ecgan_b7-multi-scale_base16_1xb8-400iters_scenes-64x64.py'
model = dict(contrast_loss=dict(_delete_=True, type='PixelContrastLoss', loss_weight=1.0))
