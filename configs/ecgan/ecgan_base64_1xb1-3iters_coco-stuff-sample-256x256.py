# Full width on a handful of COCO-Stuff photos: 3 iterations, to try the full size on any machine.
# The photos are in data/coco_stuff_sample; another folder than data/ is named by
# the environment variable ECGAN_DATA_DIR (the folder that holds coco_stuff_sample).
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/datasets/coco_stuff_sample_256x256.py',
    '../_base_/optimizers/adam_two_rates.py',
]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=3, val_interval=3)
param_scheduler = dict(begin=3 // 2, end=3)
model = dict(
    data_preprocessor=dict(num_classes=182, with_unknown=True, with_boundary=True),
    perceptual_loss=None,
)
val_evaluator = dict(type='Evaluator', metrics=[dict(type='PairedSSIM')])
test_evaluator = val_evaluator
default_hooks = dict(
    logger=dict(interval=1),
    checkpoint=dict(interval=3),
    samples=dict(interval=3, num_samples=4),
)
