# Pix2Pix whose image is gated by edges, which are generated from the features of its U-Net.
_base_ = '../pix2pix/pix2pix_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    type='LayoutPix2Pix',
    edge_generator=dict(type='EdgeGenerator'),
    edge_transfer=dict(type='AttentionEdgeTransfer'),
)
