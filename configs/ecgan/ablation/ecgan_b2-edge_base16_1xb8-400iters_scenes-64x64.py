# B2, with the edge generator: B3 without the attention guided edge transfer.
_base_ = './ecgan_b3-transfer_base16_1xb8-400iters_scenes-64x64.py'
model = dict(generator=dict(edge_transfer=None))
