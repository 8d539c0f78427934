_base_ = [
    '../datasets/coco_stuff_256x256.py',
    '../evaluators/coco_stuff.py',
    '../schedules/ttur_100e.py',
]
default_hooks = dict(checkpoint=dict(save_best='generated/mIoU', rule='greater'))
