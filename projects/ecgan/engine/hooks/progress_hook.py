"""How far a training, validation or test is: a bar in a terminal, now and then a line elsewhere."""

import logging
import sys
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import torch
from mmagic.registry import HOOKS
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from rich.console import Console, ConsoleOptions
from rich.file_proxy import FileProxy
from rich.progress import BarColumn, Progress, TaskID

from ...errors import ConfigError

_SECONDS_BETWEEN_REFRESHES = 1.0
_ITERATIONS_OF_PACE = 100
_TOTAL_LOSSES = ('loss', 'loss_gen', 'loss_disc')
_MOST_LOSSES = 3


@HOOKS.register_module()
class ProgressHook(Hook):
    """Shows what runs, iterations, seconds an iteration, time left and the main losses.

    In a terminal that is a bar below the log, with a second one during a validation inside a
    training. Elsewhere it is a line such as ``train 120/400, 0.43 s/iter, 2:00 left, loss 1.2``,
    one every ``interval`` seconds and one at the end. Only the main process shows anything.

    Seconds an iteration are the mean of the last 100 of this run; a validation does not count in
    those of the training. Losses are read when they are shown, so that the device is not waited for
    in every iteration. No thread refreshes the bar, because data loaders fork. The cursor stays
    visible, because a process that is killed could not bring it back.

    Args:
        interval: Seconds from line to line where the output is no terminal.
        enabled: False shows nothing.

    Raises:
        ConfigError: ``interval`` is negative.
    """

    # After the hooks that log, validate and save: their time belongs to the iteration.
    priority = 'LOWEST'
    # Whoever silences the other hooks of a run may keep this one.
    shows_progress = True

    def __init__(self, interval: float = 30.0, enabled: bool = True) -> None:
        if interval < 0:
            raise ConfigError(f'interval must be 0 or more seconds, got {interval}')
        self.interval = interval
        self.enabled = enabled
        self._stages: dict[str, _Stage] = {}
        self._bars: Progress | None = None
        # What the terminal gets back; at the latest when the hook is dropped or Python exits.
        self._restore = ExitStack()
        weakref.finalize(self, self._restore.close)

    def close(self) -> None:
        """End the live display and restore every stream; done by itself at the end of a run."""
        self._stages.clear()
        self._restore.close()

    def before_run(self, runner: Runner) -> None:
        """End what a run that failed left behind."""
        self.close()

    def after_train(self, runner: Runner) -> None:
        """Show the end of the training."""
        self._finish('train')

    def after_val(self, runner: Runner) -> None:
        """Show the end of the validation."""
        self._finish('val')

    def after_test(self, runner: Runner) -> None:
        """Show the end of the test."""
        self._finish('test')

    def _before_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, mode: str = 'train'
    ) -> None:
        """Begin at the first iteration: what comes before it does not belong to the pace."""
        if mode in self._stages or not self.enabled or not is_main_process():
            return
        if mode == 'train':
            done, total = runner.iter, runner.max_iters
        else:
            loop = getattr(runner, f'{mode}_loop')
            # MMagic's loops go through several data loaders, MMEngine's through one.
            total = loop.total_length if hasattr(loop, 'total_length') else len(loop.dataloader)
            done = 0
        with self._while_it_can_be_seen():
            if not self._stages:
                self._start_bars(runner.logger)
            task = self._bars.add_task(mode, total=total, completed=done, text='')
            now = time.perf_counter()
            self._stages[mode] = _Stage(task, done, total, ended=now, shown=now)

    def _after_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
        mode: str = 'train',
    ) -> None:
        """Count, and show the state when it is time."""
        if mode not in self._stages:
            return
        stage, now = self._stages[mode], time.perf_counter()
        stage.durations.append(now - stage.ended)
        stage.ended = now
        stage.done = (runner.iter if mode == 'train' else batch_idx) + 1
        self._bars.update(stage.task, completed=stage.done)
        pause = self.interval if self._bars.disable else _SECONDS_BETWEEN_REFRESHES
        if now - stage.shown >= pause or stage.done == stage.total:
            if isinstance(outputs, dict):
                stage.losses = _main_losses(outputs)
            self._show(mode, stage)

    def _finish(self, mode: str) -> None:
        stage = self._stages.pop(mode, None)
        if stage is None:
            return
        if stage.done < stage.total:  # an early stop; the last iteration was shown
            self._show(mode, stage)
        if not self._stages:
            self.close()
            return
        with self._while_it_can_be_seen():
            self._bars.remove_task(stage.task)
            self._bars.refresh()
        for outer in self._stages.values():
            outer.ended = time.perf_counter()

    def _show(self, mode: str, stage: '_Stage') -> None:
        stage.shown, text = time.perf_counter(), stage.text()
        with self._while_it_can_be_seen():
            if self._bars.disable:
                print(f'{mode} {stage.done}/{stage.total}{text}', flush=True)
            self._bars.update(stage.task, text=text, refresh=True)

    @contextmanager
    def _while_it_can_be_seen(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError):
            # The terminal or the pipe is gone, which is no reason to end the run.
            self.enabled = False
            self.close()

    def _start_bars(self, logger: logging.Logger) -> None:
        console = _Console(
            file=sys.stdout, markup=False, emoji=False, highlight=False, soft_wrap=True
        )
        self._bars = Progress(
            '{task.description} {task.completed}/{task.total}{task.fields[text]}',
            BarColumn(bar_width=None),  # what the text leaves
            console=console,
            auto_refresh=False,
            redirect_stderr=sys.stderr.isatty(),
            disable=not (sys.stdout.isatty() and console.is_interactive),
            expand=True,
        )
        if self._bars.disable:
            return
        self._restore.enter_context(suppress(OSError, ValueError))
        self._restore.enter_context(self._bars)
        # A log handler keeps the stream it was made with, whatever sys.stdout is by now.
        for handler in logger.handlers:
            if type(handler) is logging.StreamHandler and handler.stream.isatty():
                self._restore.callback(handler.setStream, handler.stream)
                handler.setStream(FileProxy(console, handler.stream))


@dataclass
class _Stage:
    """A training, validation or test under way."""

    task: TaskID
    done: int
    total: int
    ended: float  # when its last iteration ended
    shown: float  # when it was last shown
    durations: deque[float] = field(default_factory=lambda: deque(maxlen=_ITERATIONS_OF_PACE))
    losses: str = ''

    def text(self) -> str:
        """Pace, time left, losses."""
        pace = fmean(self.durations)
        minutes, seconds = divmod(round(pace * (self.total - self.done)), 60)
        hours, minutes = divmod(minutes, 60)
        left = f'{hours}:{minutes:02}:{seconds:02}' if hours else f'{minutes}:{seconds:02}'
        return f', {pace:.3g} s/iter, {left} left{self.losses}'


class _Console(Console):
    """A console that leaves the cursor as it is."""

    @property
    def options(self) -> ConsoleOptions:
        # Room for the ^C that a terminal echoes: in a new line it would shift the bars.
        return super().options.update(width=max(self.width - len('^C'), 1))

    def show_cursor(self, show: bool = True) -> bool:
        return False


def _main_losses(outputs: dict[str, Any]) -> str:
    """The totals where there are such, otherwise the first losses."""
    names = [name for name in _TOTAL_LOSSES if name in outputs]
    names = names or [name for name in outputs if 'loss' in name][:_MOST_LOSSES]
    return ''.join(f', {name} {torch.as_tensor(outputs[name]).item():.4g}' for name in names)
