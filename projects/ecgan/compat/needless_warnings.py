"""Every training, every mIoU and every segmentor warns of what the toolbox itself does.

Versions: mmengine <= 0.10.7 with mmsegmentation <= 1.2.2.
Upstream: no report found. Saving a checkpoint makes a deprecated ``FileClient``, with its
deprecated ``HardDiskBackend``, which is not used without ``file_client_args``; ``IoUMetric`` does
not say that its results have no prefix; mmsegmentation's heads call its deprecated ``build_loss``.

Here the file client is made where it is asked for, the metric says so, and ``build_loss`` builds.
Files, results and all other warnings are the same.
"""

from types import ModuleType, SimpleNamespace
from typing import Any

from ._defect import Defect


def _patch_client(module: ModuleType) -> None:
    client = module.FileClient

    def infer_client(file_client_args: dict | None, uri: Any) -> Any:
        return None if file_client_args is None else client.infer_client(file_client_args, uri)

    module.FileClient = SimpleNamespace(infer_client=infer_client)


def _patch_metric(iou_metric: ModuleType) -> None:
    iou_metric.IoUMetric.default_prefix = ''


def _patch_builder(builder: ModuleType) -> None:
    builder.build_loss = builder.LOSSES.build


DEFECT = Defect(
    name='needless_warnings',
    patches={
        'mmengine.hooks.checkpoint_hook': _patch_client,
        'mmengine.hooks.logger_hook': _patch_client,
        'mmengine.runner.checkpoint': _patch_client,
        'mmseg.evaluation.metrics.iou_metric': _patch_metric,
        'mmseg.models.builder': _patch_builder,
    },
    cured='a training warns of what its user did only',
)
