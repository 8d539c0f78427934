# B7 = B6 with the multi-scale form of the contrast: everything, as in the base recipe.
_base_ = '../ecgan_base16_1xb8-400iters_scenes-64x64.py'
