# Least squares (LSGAN, arXiv 1611.04076) in place of the hinge.
_base_ = '../ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(gan_loss=dict(gan_type='lsgan'))
