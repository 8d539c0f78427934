# 500 validation layouts, 19 classes scored. The sources disagree on the segmentor's input size:
# native (256 x 512, here), or input_policy='upscale', input_size=(1024, 2048) of the segmentor.
_base_ = './photos.py'
fidelity = dict(
    type='SegmentationFidelity',
    # checkpoint=None: the model zoo's
    segmentor=dict(config='deeplabv3plus_r101-d8_4xb2-80k_cityscapes-512x1024', checkpoint=None),
    label_mapping='cityscapes',
)
val_evaluator = dict(metrics=[fidelity, *_base_.val_evaluator.metrics])
test_evaluator = dict(metrics=[fidelity, *_base_.test_evaluator.metrics])
del fidelity
