# 2000 validation layouts, 150 classes scored, unknown ignored.
_base_ = './photos.py'
fidelity = dict(
    type='SegmentationFidelity',
    # checkpoint=None: the model zoo's
    segmentor=dict(config='upernet_r101_4xb4-160k_ade20k-512x512', checkpoint=None),
    label_mapping='ade20k',
)
val_evaluator = dict(metrics=[fidelity, *_base_.val_evaluator.metrics])
test_evaluator = dict(metrics=[fidelity, *_base_.test_evaluator.metrics])
del fidelity
