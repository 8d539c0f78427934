# The SPADE baseline on CamVid's photos, trained as ECGAN is: about half an hour on two cores.
_base_ = '../ecgan/ecgan_base16_1xb4-1500iters_camvid-128x96.py'
model = dict(
    generator=dict(
        _delete_=True, type='SPADEGenerator', base_channels=16, upsampling='normal', init_gain=1.0
    ),
    # What of ECGAN's objective it does not have.
    **dict.fromkeys(('label_generator', 'similarity_loss', 'contrast_loss', 'class_pixel_loss')),
)
variants = None  # ECGAN's
