# What trainings of small segmentors from scratch share: AdamW, the loops, the mIoU, the hooks.
default_scope = 'mmseg'
custom_imports = dict(imports=['projects.ecgan'], allow_failed_imports=False)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW'))
train_cfg = dict(type='IterBasedTrainLoop')
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
