# B6 on CamVid, with pixel contrast and class-specific pixel loss: B7 with contrast of one scale.
_base_ = './ecgan_b7-multi-scale_base16_1xb4-1500iters_camvid-128x96.py'
model = dict(contrast_loss=dict(_delete_=True, type='PixelContrastLoss', loss_weight=1.0))
