# ECGAN on procedural scenes: minutes on two cores, no files, no weights to fetch.
_base_ = ['../_base_/models/ecgan_base16.py', '../_base_/tasks/scenes_64x64_400iters.py']
model = dict(data_preprocessor=_base_.pop('layout'))
