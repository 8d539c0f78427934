# The SPADE baseline at full width on CamVid's photos, trained as ECGAN is.
_base_ = '../ecgan/ecgan_base64_1xb8-9200iters_camvid-256x192.py'
model = dict(
    generator=dict(_delete_=True, type='SPADEGenerator', base_channels=64, upsampling='normal'),
    # What of ECGAN's objective it does not have.
    **dict.fromkeys(('label_generator', 'similarity_loss', 'contrast_loss', 'class_pixel_loss')),
)
