# ECGAN at full width, on one GPU of 24 GB.
_base_ = ['./ecgan_base64_8xb4-200e_ade20k-256x256.py', '../_base_/presets/gpu_24gb.py']
preset = _base_.pop('preset')
model, optim_wrapper = preset.model, preset.optim_wrapper
train_dataloader, default_hooks = preset.train_dataloader, preset.default_hooks
del preset
