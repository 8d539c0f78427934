# B1 of the papers' ladder, trunk and image generator: B2 without the edge generator.
_base_ = './ecgan_b2-edge_base16_1xb8-400iters_scenes-64x64.py'
model = dict(generator=dict(edge_generator=None))
