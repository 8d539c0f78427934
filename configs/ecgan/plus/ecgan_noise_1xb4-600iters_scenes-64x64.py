# A layout has many pictures: noise of the whole picture joins it.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(generator=dict(noise=dict(type='LayoutNoise', channels=16)))
