# CamVid, 11 classes, unlabelled pixels left out. The judges are this project's own
# (configs/segmentor): they see every picture at 128 x 96, at which they were trained; the second is
# there to see whether both agree. Distances are of two networks: EfficientNet-Lite0, which comes
# with a package (docs/evaluation.md), and the first judge, which no loss of a recipe is akin to.
segmentor = dict(
    config='configs/segmentor/unet-s5-c16_1xb8-3000iters_camvid-128x96.py',
    checkpoint='work_dirs/unet-s5-c16_1xb8-3000iters_camvid-128x96/iter_3000.pth',
    input_policy='pipeline',
)
fidelity = dict(type='SegmentationFidelity', segmentor=segmentor)
second = dict(
    type='SegmentationFidelity',
    segmentor=dict(
        config='configs/segmentor/fast-scnn_scratch_1xb8-2500iters_camvid-128x96.py',
        checkpoint='work_dirs/fast-scnn_scratch_1xb8-2500iters_camvid-128x96/iter_2500.pth',
        input_policy='pipeline',
    ),
    prefix='fast-scnn',
)
val_evaluator = dict(type='Evaluator', metrics=[fidelity])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        fidelity,
        second,
        dict(type='FeatureDistance', network=dict(type='efficientnet-lite0')),
        dict(type='FeatureDistance', network=dict(type='segmentor', **segmentor)),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
    ],
)
del segmentor, fidelity, second
