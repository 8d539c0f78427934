# Noise that the generator is not let to leave alone: two samples of a layout are to differ.
_base_ = './ecgan_noise_1xb4-600iters_scenes-64x64.py'
model = dict(
    generator=dict(noise=dict(channels=4, per='class')),
    diversity_loss=dict(type='DiversityLoss', limit=0.2, loss_weight=15.0),
)
