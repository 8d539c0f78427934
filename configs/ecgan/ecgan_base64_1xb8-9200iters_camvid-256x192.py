# ECGAN at full width on CamVid's photos; one GPU of 24 GB or more (arithmetic: docs/datasets.md).
_base_ = ['../_base_/models/ecgan.py', '../_base_/tasks/camvid_256x192_9200iters.py']
model = dict(
    data_preprocessor=_base_.pop('layout'),
    perceptual_loss=_base_.pop('perceptual_loss'),
    # The moving average sees the last thousand iterations or so.
    ema_config=dict(momentum=1e-3),
)
