# Full width on a handful of COCO-Stuff photos: 3 iterations, to try the full size on any machine.
# The photos are in data/coco_stuff_sample; another folder than data/ is named by
# the environment variable ECGAN_DATA_DIR (the folder that holds coco_stuff_sample).
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/datasets/coco_stuff_sample_256x256.py',
    '../_base_/schedules/ttur_400iters.py',
    '../_base_/default_runtime.py',
]
max_iters = 3
model = dict(
    data_preprocessor=dict(
        num_classes={{_base_.num_classes}},
        with_unknown={{_base_.with_unknown}},
        with_boundary={{_base_.with_boundary}},
    ),
    perceptual_loss=None,
)
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-4)), discriminator=dict(optimizer=dict(lr=4e-4))
)
param_scheduler = dict(begin=max_iters // 2, end=max_iters)
val_evaluator = dict(type='Evaluator', metrics=[dict(type='PairedSSIM')])
test_evaluator = val_evaluator
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(interval=max_iters))
custom_hooks = [
    dict(type='RandomStateHook'),
    dict(type='LayoutVisualizationHook', interval=max_iters, num_samples=4),
]
