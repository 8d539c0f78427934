# B2 on CamVid, with the edge generator: B3 without the attention guided edge transfer.
_base_ = './ecgan_b3-transfer_base16_1xb4-1500iters_camvid-128x96.py'
model = dict(generator=dict(edge_transfer=None))
