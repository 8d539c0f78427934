# ECGAN at half the width and 1024 x 512, on one GPU of 24 GB.
_base_ = [
    '../_base_/models/ecgan.py',
    '../_base_/tasks/cityscapes_1024x512_200e.py',
    '../_base_/presets/gpu_24gb_1024x512.py',
]
preset = _base_.pop('preset')
model = dict(
    data_preprocessor=_base_.pop('layout'),
    generator=dict(**preset.model.generator, upsampling='more'),
    discriminator=preset.model.discriminator,
    label_generator=preset.model.label_generator,
)
optim_wrapper = preset.optim_wrapper
train_dataloader, default_hooks = preset.train_dataloader, preset.default_hooks
del preset
