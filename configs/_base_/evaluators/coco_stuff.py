# 5000 validation layouts; the 171 of 182 ids that occur are scored.
_base_ = './photos.py'
fidelity = dict(
    type='SegmentationFidelity',
    # checkpoint=None: the model zoo's
    segmentor=dict(config='deeplabv3_r101-d8_4xb4-320k_coco-stuff164k-512x512', checkpoint=None),
    label_mapping='coco_stuff',
)
val_evaluator = dict(metrics=[fidelity, *_base_.val_evaluator.metrics])
test_evaluator = dict(metrics=[fidelity, *_base_.test_evaluator.metrics])
del fidelity
