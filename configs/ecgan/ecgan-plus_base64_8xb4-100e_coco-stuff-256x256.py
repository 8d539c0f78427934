# ECGAN-plus at full width on COCO-Stuff, trained as ECGAN is; 8 GPUs with 4 images each.
_base_ = ['./ecgan_base64_8xb4-100e_coco-stuff-256x256.py', '../_base_/parts/ecgan-plus.py']
model = _base_.pop('ecgan_plus')
variants = None  # their memory is ECGAN's
