default_scope = 'mmagic'
custom_imports = dict(imports=['projects.ecgan'], allow_failed_imports=False)

randomness = dict(seed=2026, diff_rank_seed=True)

# A hook is turned off by one entry, e.g. default_hooks = dict(progress=None).
default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=5000, by_epoch=False, max_keep_ckpts=2),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    random_state=dict(type='RandomStateHook'),
    # SIGTERM and SIGUSR1 (Slurm) save and end the run with status 75, docs/train.md.
    interruption=dict(type='InterruptionHook'),
    finite=dict(type='NonFiniteHook'),
    matching=dict(type='MatchingCheckpointHook'),
    continuing=dict(type='ContinuingHook'),
    samples=dict(type='LayoutVisualizationHook', interval=1000, num_samples=8),
    progress=dict(type='ProgressHook'),
)

env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel', broadcast_buffers=False)

log_level = 'INFO'
log_processor = dict(type='LogProcessor', by_epoch=False, window_size=50)
visualizer = dict(
    type='mmengine.Visualizer',
    vis_backends=[dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')],
)

load_from = None
resume = False

val_cfg = dict(type='MultiValLoop')
test_cfg = dict(type='MultiTestLoop')
