# B5 on CamVid, with label generator and similarity loss: B6 without its contrastive losses.
_base_ = './ecgan_b6-pixel-contrast_base16_1xb4-1500iters_camvid-128x96.py'
model = dict(contrast_loss=None, class_pixel_loss=None)
