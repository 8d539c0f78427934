_base_ = [
    '../datasets/cityscapes_1024x512.py',
    '../evaluators/cityscapes.py',
    '../schedules/ttur_200e.py',
]
default_hooks = dict(checkpoint=dict(save_best='generated/mIoU', rule='greater'))
