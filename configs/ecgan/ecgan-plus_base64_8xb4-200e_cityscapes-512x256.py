# ECGAN-plus at full width; 8 GPUs with 4 images each.
_base_ = ['../_base_/models/ecgan-plus.py', '../_base_/tasks/cityscapes_512x256_200e.py']
model = dict(data_preprocessor=_base_.pop('layout'))
