# A small segmentor from scratch: AdamW, a short warm-up, then a cosine to 0.
default_scope = 'mmseg'
custom_imports = dict(imports=['projects.ecgan'], allow_failed_imports=False)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=5e-3, weight_decay=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=100, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=100, end=3000, by_epoch=False),
]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=3000, val_interval=500)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator
default_hooks = dict(
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=500, max_keep_ckpts=1),
    interruption=dict(type='mmagic.InterruptionHook'),
    progress=dict(type='mmagic.ProgressHook'),
)
randomness = dict(seed=0)
log_processor = dict(by_epoch=False, window_size=50)
