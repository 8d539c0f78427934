_base_ = ['../datasets/ade20k_256x256.py', '../evaluators/ade20k.py', '../schedules/ttur_200e.py']
default_hooks = dict(checkpoint=dict(save_best='generated/mIoU', rule='greater'))
