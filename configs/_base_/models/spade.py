# The SPADE baseline: its generator, and of the objective what it has, trained the same way.
_base_ = './ecgan.py'
model = dict(
    generator=dict(_delete_=True, type='SPADEGenerator', base_channels=64, upsampling='normal'),
    label_generator=None,
    similarity_loss=None,
    contrast_loss=None,
    class_pixel_loss=None,
)
