"""Every training, every mIoU and every segmentor warns of what the toolbox itself does.

Versions: mmengine <= 0.10.7 with mmsegmentation <= 1.2.2.
Upstream: no report found. Saving a checkpoint makes a deprecated ``FileClient``, with its
deprecated ``HardDiskBackend``, which is not used without ``file_client_args``; ``IoUMetric`` does
not say that its results have no prefix; mmsegmentation's heads call its deprecated ``build_loss``.
OneDL's mmsegmentation (<= 1.4.2) prints "Could not import OneDL" twice at each start: a line of the
level DEBUG, but without a logger, which prints any.

Here the file client is made where it is asked for, the metric says so, ``build_loss`` builds, and
the line is not printed. Files, results and all other warnings are the same.
"""

import builtins
import logging
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

from ._defect import Defect
from ._import_hook import give_import


def _patch_client(module: ModuleType) -> None:
    client = module.FileClient

    def infer_client(file_client_args: dict | None, uri: Any) -> Any:
        return None if file_client_args is None else client.infer_client(file_client_args, uri)

    module.FileClient = SimpleNamespace(infer_client=infer_client)


def _patch_metric(iou_metric: ModuleType) -> None:
    iou_metric.IoUMetric.default_prefix = ''


def _patch_builder(builder: ModuleType) -> None:
    builder.build_loss = builder.LOSSES.build


def _import(name: str, *args: Any, **kwargs: Any) -> Any:
    """``__import__`` for the two packages; the arguments are Python's."""
    if name == 'mmengine.logging':
        return SimpleNamespace(print_log=_print_unless_debug)
    return builtins.__import__(name, *args, **kwargs)


def _print_unless_debug(msg: str, logger: Any = None, level: int = logging.INFO) -> None:
    if level > logging.DEBUG:
        import_module('mmengine.logging').print_log(msg, logger, level)


def _quieten(package: ModuleType) -> None:
    give_import(package, _import)


DEFECT = Defect(
    name='needless_warnings',
    patches={
        'mmengine.hooks.checkpoint_hook': _patch_client,
        'mmengine.hooks.logger_hook': _patch_client,
        'mmengine.runner.checkpoint': _patch_client,
        'mmseg.evaluation.metrics.iou_metric': _patch_metric,
        'mmseg.models.builder': _patch_builder,
    },
    preparations={'mmseg.datasets': _quieten, 'mmseg.datasets.transforms': _quieten},
    cured='a training warns of what its user did only',
)
