# Half of the moving average is always from the last twentieth of the images seen.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(ema_config=dict(_delete_=True, type='RampUpEMA', batch_size=4))
