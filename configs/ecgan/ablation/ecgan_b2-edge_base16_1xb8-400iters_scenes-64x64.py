# B2 = B1 + edge generator.
_base_ = '../ecgan_base16_1xb8-400iters_scenes-64x64.py'
model = dict(
    generator=dict(edge_transfer=None, semantic_module=None),
    label_generator=None,
    similarity_loss=None,
    contrast_loss=None,
    class_pixel_loss=None,
)
