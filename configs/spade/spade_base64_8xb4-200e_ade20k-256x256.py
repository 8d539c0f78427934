# The SPADE baseline at full width; 8 GPUs with 4 images each.
_base_ = [
    '../_base_/models/spade.py',
    '../_base_/datasets/ade20k_256x256.py',
    '../_base_/evaluators/ade20k.py',
    '../_base_/schedules/ttur_200e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    data_preprocessor=dict(
        num_classes={{_base_.num_classes}},
        with_unknown={{_base_.with_unknown}},
        with_boundary={{_base_.with_boundary}},
    ),
)
default_hooks = dict(checkpoint=dict(save_best='generated/mIoU', rule='greater'))
