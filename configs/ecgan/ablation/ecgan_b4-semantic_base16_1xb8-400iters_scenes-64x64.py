# B4 = B3 + semantic preserving module.
_base_ = '../ecgan_base16_1xb8-400iters_scenes-64x64.py'
model = dict(
    label_generator=None,
    similarity_loss=None,
    contrast_loss=None,
    class_pixel_loss=None,
)
