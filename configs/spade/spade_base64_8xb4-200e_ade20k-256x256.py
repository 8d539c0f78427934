# The SPADE baseline at full width on ADE20K, trained as ECGAN is; 8 GPUs with 4 images each.
_base_ = '../ecgan/ecgan_base64_8xb4-200e_ade20k-256x256.py'
model = dict(
    generator=dict(_delete_=True, type='SPADEGenerator', base_channels=64, upsampling='normal'),
    # What of ECGAN's objective it does not have.
    **dict.fromkeys(('label_generator', 'similarity_loss', 'contrast_loss', 'class_pixel_loss')),
)
variants = None  # ECGAN's
