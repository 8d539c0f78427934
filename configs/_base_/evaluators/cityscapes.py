# 500 validation layouts, 19 classes scored. The sources disagree on the segmentor's input size:
# native (256 x 512, here), or input_policy='upscale', input_size=(1024, 2048).
segmentation_fidelity = dict(
    type='SegmentationFidelity',
    segmentor=dict(
        config='deeplabv3plus_r101-d8_4xb2-80k_cityscapes-512x1024',
        checkpoint=None,  # the model zoo's
        input_policy='native',
    ),
    label_mapping='cityscapes',
)
feature_distance = dict(type='FeatureDistance', network=dict(type='inception'))
val_evaluator = dict(type='Evaluator', metrics=[segmentation_fidelity, feature_distance])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        segmentation_fidelity,
        feature_distance,
        dict(type='PairedLPIPS'),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
    ],
)
