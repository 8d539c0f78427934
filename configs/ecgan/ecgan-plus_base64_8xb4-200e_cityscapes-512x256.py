# ECGAN-plus at full width on Cityscapes, trained as ECGAN is; 8 GPUs with 4 images each.
_base_ = ['./ecgan_base64_8xb4-200e_cityscapes-512x256.py', '../_base_/parts/ecgan-plus.py']
model = dict(**_base_.pop('ecgan_plus'), generator=dict(upsampling='normal'))
variants = None  # their memory is ECGAN's
