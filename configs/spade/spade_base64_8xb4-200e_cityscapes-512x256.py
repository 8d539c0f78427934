# The SPADE baseline at full width; 8 GPUs with 4 images each.
_base_ = [
    '../_base_/models/spade.py',
    '../_base_/datasets/cityscapes_512x256.py',
    '../_base_/evaluators/cityscapes.py',
    '../_base_/schedules/ttur_200e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    data_preprocessor=dict(
        num_classes={{_base_.num_classes}},
        with_unknown={{_base_.with_unknown}},
        with_boundary={{_base_.with_boundary}},
    ),
    generator=dict(upsampling='more'),
)
default_hooks = dict(checkpoint=dict(save_best='generated/mIoU', rule='greater'))
