# ECGAN-plus at full width; 8 GPUs with 4 images each.
_base_ = ['../_base_/models/ecgan-plus.py', '../_base_/tasks/coco-stuff_256x256_100e.py']
model = dict(data_preprocessor=_base_.pop('layout'))
