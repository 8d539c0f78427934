# B7 on CamVid = B6 with the multi-scale form of the contrast: everything, as in the base recipe.
_base_ = '../../ecgan_base16_1xb4-1500iters_camvid-128x96.py'
