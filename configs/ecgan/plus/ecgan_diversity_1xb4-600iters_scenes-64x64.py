# Noise that the generator is not let to leave alone: two samples of a layout are to differ.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(
    generator=dict(noise=dict(type='LayoutNoise', channels=4, per='class')),
    diversity_loss=dict(type='DiversityLoss', limit=0.2, loss_weight=15.0),
)
