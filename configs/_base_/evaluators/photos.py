# What is measured of every data set of photos; segmentation fidelity comes before it.
distance = dict(type='FeatureDistance', network=dict(type='inception'))
val_evaluator = dict(type='Evaluator', metrics=[distance])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        distance,
        dict(type='PairedLPIPS'),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
    ],
)
del distance
