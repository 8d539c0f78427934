# B6 = B5 + pixel contrast and class-specific pixel loss.
_base_ = '../ecgan_base16_1xb8-400iters_scenes-64x64.py'
model = dict(contrast_loss=dict(_delete_=True, type='PixelContrastLoss', loss_weight=1.0))
