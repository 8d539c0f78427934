# ECGAN-plus on CamVid's photos, for as many iterations as ECGAN; no weights to fetch, not timed.
_base_ = ['../_base_/models/ecgan-plus_base16.py', '../_base_/tasks/camvid_128x96_1500iters.py']
model = dict(data_preprocessor=_base_.pop('layout'), perceptual_loss=_base_.pop('perceptual_loss'))
