# The SPADE baseline on procedural scenes, trained as ECGAN is: minutes on two cores.
_base_ = '../ecgan/ecgan_base16_1xb8-400iters_scenes-64x64.py'
model = dict(
    generator=dict(
        _delete_=True, type='SPADEGenerator', base_channels=16, upsampling='normal', init_gain=1.0
    ),
    # What of ECGAN's objective it does not have.
    **dict.fromkeys(('label_generator', 'similarity_loss', 'contrast_loss', 'class_pixel_loss')),
)
variants = None  # ECGAN's
