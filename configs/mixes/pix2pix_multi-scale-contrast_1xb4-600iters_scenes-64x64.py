# Pix2Pix with ECGAN's multi-scale contrast on the four finest skip blocks of its U-Net.
_base_ = '../pix2pix/pix2pix_base16_1xb4-600iters_scenes-64x64.py'
model = dict(type='LayoutPix2Pix', contrast_loss=dict(type='MultiScaleContrastLoss'))
