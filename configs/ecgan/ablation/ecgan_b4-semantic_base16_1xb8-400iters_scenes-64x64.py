# B4, with the semantic preserving module: B5 without label generator and similarity loss.
_base_ = './ecgan_b5-similarity_base16_1xb8-400iters_scenes-64x64.py'
model = dict(label_generator=None, similarity_loss=None)
