# Procedural scenes, 8 classes. The segmentor is this project's own, with its weights beside its
# recipe; its features stand in for Inception's, hence the name segmentor-FID.
segmentor = dict(config='configs/segmentor/unet-s3-c16_1xb8-800iters_scenes-64x64.py')
fidelity = dict(type='SegmentationFidelity', segmentor=segmentor)
val_evaluator = dict(type='Evaluator', metrics=[fidelity])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        fidelity,
        dict(type='FeatureDistance', network=dict(type='segmentor', **segmentor)),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
    ],
)
del segmentor, fidelity
