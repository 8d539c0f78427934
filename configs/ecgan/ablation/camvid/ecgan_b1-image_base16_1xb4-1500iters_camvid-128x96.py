# B1 on CamVid, trunk and image generator: B2 without the edge generator.
_base_ = './ecgan_b2-edge_base16_1xb4-1500iters_camvid-128x96.py'
model = dict(generator=dict(edge_generator=None))
