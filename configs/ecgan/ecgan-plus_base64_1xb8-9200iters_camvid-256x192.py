# ECGAN-plus at full width on CamVid's photos, trained as ECGAN is.
_base_ = ['./ecgan_base64_1xb8-9200iters_camvid-256x192.py', '../_base_/parts/ecgan-plus.py']
model = _base_.pop('ecgan_plus')
