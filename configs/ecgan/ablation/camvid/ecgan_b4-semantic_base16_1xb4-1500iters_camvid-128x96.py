# B4 on CamVid, with the semantic preserving module: B5 without label generator and similarity loss.
_base_ = './ecgan_b5-similarity_base16_1xb4-1500iters_camvid-128x96.py'
model = dict(label_generator=None, similarity_loss=None)
