# ECGAN at half the width, on one GPU of 8 GB.
_base_ = ['./ecgan_base64_8xb4-200e_ade20k-256x256.py', '../_base_/presets/gpu_8gb.py']
preset = _base_.pop('preset')
model, optim_wrapper = preset.model, preset.optim_wrapper
train_dataloader, default_hooks = preset.train_dataloader, preset.default_hooks
del preset
