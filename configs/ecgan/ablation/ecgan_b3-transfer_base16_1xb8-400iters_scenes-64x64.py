# B3, with the attention guided edge transfer: B4 without the semantic preserving module.
_base_ = './ecgan_b4-semantic_base16_1xb8-400iters_scenes-64x64.py'
model = dict(generator=dict(semantic_module=None))
