# B3 on CamVid, with the attention guided edge transfer: B4 without the semantic preserving module.
_base_ = './ecgan_b4-semantic_base16_1xb4-1500iters_camvid-128x96.py'
model = dict(generator=dict(semantic_module=None))
