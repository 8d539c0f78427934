# A layout has many pictures: noise of the whole picture joins it.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(generator=dict(noise=dict(type='LayoutNoise', channels=16)))
# How far four pictures of a layout are apart, in the judge's features as segmentor-FID is.
metrics = _base_.test_evaluator.metrics
metrics.append(dict(type='SampleDiversity', network=metrics[1].network))
test_evaluator = dict(metrics=metrics)
del metrics
