# Pix2Pix with ECGAN's label generator and similarity loss.
_base_ = '../pix2pix/pix2pix_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    type='LayoutPix2Pix',
    label_generator=dict(type='LabelGenerator', base_channels=16),
    similarity_loss=dict(type='SimilarityLoss'),
)
