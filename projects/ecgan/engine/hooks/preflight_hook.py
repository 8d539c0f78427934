"""What can be known before the first iteration ends a run there, or is said there."""

from typing import Any

import numpy as np
from mmagic.registry import HOOKS
from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import BaseLoop, Runner

from ...datasets.palettes import palette_of
from ...errors import ConfigError
from ...models.parts.unwrap import unwrap
from ...visualization import tile_samples
from ..preflight import (
    check_batch_norms,
    check_disk,
    check_metrics,
    load_first_batches,
    run_loaders,
)

_COLUMNS = {'gt_label_map': 'layout', 'gt_img': 'photo'}
_ROWS = 8


@HOOKS.register_module()
class PreflightHook(Hook):
    """Looks at data, metrics, disk, norms and the visualizer before the first iteration.

    * Every loader, that of a test which follows too: a batch goes through pipeline and data
      preprocessor.
    * Metrics: images enough, classes that fit.
    * Disk: room for the checkpoints that are kept.
    * Batch norms that meet batches of one.
    * The visualizer: each backend is given the training's first batch as a picture,
      ``first_batch``, and a scalar, ``train_images``.

    The training is left as it was, bit for bit: no sampler is asked, and random numbers are put
    back. What fails is one sentence, what is doubtful a warning.
    """

    priority = 'HIGHEST'

    def __init__(self) -> None:
        self._batch: Any = None

    def before_run(self, runner: Runner) -> None:
        """Look at all but the visualizer; nothing where no training begins.

        Raises:
            UserError: The run would end in an error later on.
        """
        if not isinstance(runner._train_loop, BaseLoop):
            return
        check_disk(runner)
        check_batch_norms(runner)
        loaders = list(run_loaders(runner))
        for each in loaders:
            check_metrics(runner, each)
        self._batch = load_first_batches(runner, loaders)

    def before_train(self, runner: Runner) -> None:
        """Give the visualizer's backends a picture and a scalar."""
        batch, self._batch = self._batch, None
        if not is_main_process():
            return
        dataset = runner.train_loop.dataloader.dataset
        if hasattr(dataset, '__len__'):
            runner.visualizer.add_scalar('train_images', len(dataset), step=runner.iter)
        preprocessor = getattr(unwrap(runner.model), 'data_preprocessor', None)
        num_classes = getattr(preprocessor, 'num_classes', 0)
        picture = _picture(batch, getattr(dataset, 'metainfo', None) or {}, num_classes)
        if picture is not None:
            runner.visualizer.add_image('first_batch', picture, step=runner.iter)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Look up what ``save_best`` waits for, where the metrics did not say it beforehand.

        Raises:
            ConfigError: It is not among the results.
        """
        if not metrics:
            return
        for hook in runner.hooks:
            wanted = getattr(hook, 'save_best', None) if isinstance(hook, CheckpointHook) else None
            missing = [key for key in wanted or () if key != 'auto' and key not in metrics]
            if missing:
                raise ConfigError(
                    f'save_best of {type(hook).__name__}: the validation gave no result '
                    f'{missing[0]!r}; there are {list(metrics)}'
                )


def _picture(batch: Any, metainfo: dict, num_classes: int) -> np.ndarray | None:
    """Layouts and photos of a batch, (H, W, 3) uint8 in RGB; None of data of another kind."""
    samples = batch.get('data_samples') if isinstance(batch, dict) else None
    if not samples or not hasattr(samples[0], 'get') or samples[0].get('gt_label_map') is None:
        return None
    palette = palette_of(metainfo, num_classes)
    try:
        grid = tile_samples(samples[:_ROWS], palette, _COLUMNS)
    except ValueError:
        return None
    return grid[..., ::-1].copy()
