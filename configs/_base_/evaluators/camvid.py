# CamVid, 11 classes, unlabelled pixels left out. The judge is this project's own
# (configs/segmentor): it sees every picture at 128 x 96, at which it was trained. The features of
# the distances come with a package, see docs/evaluation.md.
fidelity = dict(
    type='SegmentationFidelity',
    segmentor=dict(
        config='configs/segmentor/unet-s5-c16_1xb8-3000iters_camvid-128x96.py',
        checkpoint='work_dirs/unet-s5-c16_1xb8-3000iters_camvid-128x96/iter_3000.pth',
        input_policy='pipeline',
    ),
)
val_evaluator = dict(type='Evaluator', metrics=[fidelity])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        fidelity,
        dict(type='FeatureDistance', network=dict(type='efficientnet-lite0')),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
    ],
)
del fidelity
