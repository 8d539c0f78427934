# Layout and pictures are moved, cut and coloured alike before the discriminator sees them.
_base_ = '../ecgan_base16_1xb4-600iters_scenes-64x64.py'
model = dict(augmentation=dict(type='DiffAugment', policy=('color', 'translation', 'cutout')))
