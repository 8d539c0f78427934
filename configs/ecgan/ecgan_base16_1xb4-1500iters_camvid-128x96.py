# ECGAN on CamVid's photos: about half an hour on two cores, no weights to fetch.
_base_ = ['../_base_/models/ecgan_base16.py', '../_base_/tasks/camvid_128x96_1500iters.py']
model = dict(data_preprocessor=_base_.pop('layout'), perceptual_loss=_base_.pop('perceptual_loss'))
