_base_ = [
    '../datasets/cityscapes_512x256.py',
    '../evaluators/cityscapes.py',
    '../schedules/ttur_200e.py',
]
default_hooks = dict(checkpoint=dict(save_best='generated/mIoU', rule='greater'))
