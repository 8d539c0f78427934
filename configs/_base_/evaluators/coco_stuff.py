# 5000 validation layouts; the 171 of 182 ids that occur are scored.
segmentation_fidelity = dict(
    type='SegmentationFidelity',
    segmentor=dict(
        config='deeplabv3_r101-d8_4xb4-320k_coco-stuff164k-512x512',
        checkpoint=None,  # the model zoo's
        input_policy='native',
    ),
    label_mapping='coco_stuff',
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
