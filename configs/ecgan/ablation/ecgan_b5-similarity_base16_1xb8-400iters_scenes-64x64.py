# B5, with label generator and similarity loss: B6 without its contrastive losses.
_base_ = './ecgan_b6-pixel-contrast_base16_1xb8-400iters_scenes-64x64.py'
model = dict(contrast_loss=None, class_pixel_loss=None)
