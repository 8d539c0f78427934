# The same with photos and generated images weighing alike in the discriminator's loss.
_base_ = './ecgan_unet-discriminator_1xb4-600iters_scenes-64x64.py'
model = dict(gan_loss=dict(normalize=True))
