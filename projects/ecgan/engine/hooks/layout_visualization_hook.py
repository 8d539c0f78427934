"""Pictures of fixed samples along the training."""

from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmagic.registry import HOOKS
from mmengine.dataset import pseudo_collate
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from ...datasets.palettes import palette_of
from ...errors import ConfigError
from ...models.parts.unwrap import unwrap
from ...visualization import tile_samples, write_image
from ..random_state import capture_random_state, restore_random_state


@HOOKS.register_module()
class LayoutVisualizationHook(Hook):
    """Tiles coloured layout, generated edges, coarse image, final image and photo of fixed samples.

    One grid is drawn before the first iteration (reals and untrained fakes), one every ``interval``
    iterations and one at the end, as ``<work_dir>/<folder>/iter_000400.png`` and through the
    visualizer (TensorBoard, if it is among its backends). Columns that the model does not make are
    left out. The samples are the first of the validation data set, of the training data set where
    there is none; colours come from the data set's ``palette``.

    The training is left as it was: random numbers, buffers and the mode of every module are
    restored (MMagic's Pix2Pix generates in training mode), and the samples do not pass through a
    data loader. Every process runs the model, so that no
    collective operation inside it waits for ever; the main process alone writes.

    Args:
        interval: Iterations from grid to grid.
        num_samples: Rows of the grid.
        folder: Folder below the work dir.

    Raises:
        ConfigError: Interval or number of samples is not positive.
    """

    priority = 'NORMAL'

    def __init__(self, interval: int = 1000, num_samples: int = 8, folder: str = 'samples') -> None:
        if interval < 1 or num_samples < 1:
            raise ConfigError(
                'interval and num_samples must be 1 or more, got '
                f'interval={interval}, num_samples={num_samples}'
            )
        self.interval = interval
        self.num_samples = num_samples
        self.folder = folder
        self._batch: dict | None = None
        self._palette: Sequence[Sequence[int]] = ()
        self._drawn_at: int | None = None

    def before_train(self, runner: Runner) -> None:
        """Draw reals and untrained fakes; nothing on a resume."""
        if runner.iter == 0:
            self._draw(runner, 0)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Draw every ``interval`` iterations."""
        if self.every_n_train_iters(runner, self.interval):
            self._draw(runner, runner.iter + 1)

    def after_train(self, runner: Runner) -> None:
        """Draw the end, unless the last iteration was drawn."""
        if self._drawn_at != runner.iter:
            self._draw(runner, runner.iter)

    def _draw(self, runner: Runner, iteration: int) -> None:
        """Run the model on the fixed samples and write the grid."""
        model = unwrap(runner.model)
        random_state = capture_random_state()
        try:
            if self._batch is None:
                self._load_samples(runner)
            with _evaluating(model), torch.no_grad():
                samples = model.val_step(self._batch)
        finally:
            restore_random_state(random_state)
        self._drawn_at = iteration
        if not is_main_process():
            return
        grid = tile_samples(samples, self._palette)
        write_image(Path(runner.work_dir) / self.folder / f'iter_{iteration:06d}.png', grid)
        runner.visualizer.add_image('samples', grid[..., ::-1].copy(), step=iteration)

    def _load_samples(self, runner: Runner) -> None:
        """Take the first samples of the validation (or training) data set, once."""
        loop = runner.val_loop or runner.train_loop
        # MMagic's loops hold several data loaders, MMEngine's one.
        loader = loop.dataloaders[0] if hasattr(loop, 'dataloaders') else loop.dataloader
        dataset = loader.dataset
        count = min(self.num_samples, len(dataset))
        self._batch = pseudo_collate([dataset[index] for index in range(count)])
        preprocessor = getattr(unwrap(runner.model), 'data_preprocessor', None)
        self._palette = palette_of(
            getattr(dataset, 'metainfo', {}), getattr(preprocessor, 'num_classes', 0)
        )


@contextmanager
def _evaluating(model: nn.Module):
    """Evaluation mode inside; afterwards every module has the mode and the buffers that it had."""
    training = [module for module in model.modules() if module.training]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    model.eval()
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, value in buffers:
                buffer.copy_(value)
        for module in training:
            module.training = True
