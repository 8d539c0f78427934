# 2000 validation layouts, 150 classes scored, unknown ignored.
segmentation_fidelity = dict(
    type='SegmentationFidelity',
    segmentor=dict(
        config='upernet_r101_4xb4-160k_ade20k-512x512',
        checkpoint=None,  # the model zoo's
        input_policy='native',
    ),
    label_mapping='ade20k',
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
