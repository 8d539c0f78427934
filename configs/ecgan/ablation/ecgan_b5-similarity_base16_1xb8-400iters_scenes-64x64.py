# B5 = B4 + label generator with similarity loss.
_base_ = '../ecgan_base16_1xb8-400iters_scenes-64x64.py'
model = dict(
    contrast_loss=None,
    class_pixel_loss=None,
)
