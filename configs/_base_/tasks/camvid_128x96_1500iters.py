# CamVid for two cores, half an hour: 1500 iterations of 4 layouts are 16 epochs of its 367 pairs.
# Test is measured once, at the end: nothing is chosen by it.
_base_ = [
    '../datasets/camvid_128x96.py',
    '../evaluators/camvid.py',
    '../schedules/ttur_400iters.py',
    # Without it trees and facades are ripples (docs/results.md).
    '../parts/encoder_perceptual_loss.py',
]
train_dataloader = dict(
    num_workers=2, sampler=dict(_delete_=True, type='InfiniteSampler', shuffle=True)
)
train_cfg = dict(max_iters=1500, val_interval=1500)
param_scheduler = dict(begin=1500 // 2, end=1500)
# The discriminator slower than the generator: found on a held-out drive (docs/results.md).
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=2e-3)), discriminator=dict(optimizer=dict(lr=2e-4))
)
auto_scale_lr = dict(base_batch_size=4)  # for --auto-scale-lr
default_hooks = dict(checkpoint=dict(interval=250), samples=dict(interval=250))
