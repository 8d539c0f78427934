"""A training that is asked to stop saves itself first, and goes on exactly with ``--resume``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmagic.registry import HOOKS
from mmengine.dist import all_reduce, barrier, get_backend, get_world_size
from mmengine.hooks import CheckpointHook, Hook
from mmengine.optim import OptimWrapperDict
from mmengine.runner import BaseLoop, Runner

from ...errors import ConfigError, InterruptionError
from ..shielded_workers import shield_workers
from ..stop_signals import StopSignals
from .rng_state_hook import RandomStateHook

CHECKPOINT_KEY = 'interruption'


@HOOKS.register_module()
class InterruptionHook(Hook):
    """On SIGTERM, or Slurm's warning before a pre-emption, saves a checkpoint and ends the run.

    The iteration under way is finished, the checkpoint holds all that exact resume needs, and
    :class:`~projects.ecgan.errors.InterruptionError` ends the run: ``ecgan train`` then exits
    with :data:`~projects.ecgan.errors.RESUME_STATUS` (75). Where gradients are accumulated, the run
    goes on to the next update, because a checkpoint holds no gradients. A validation is left at
    once; the resumed run begins with it. A second signal, two seconds later or more, ends the
    process at once.

    All processes stop after the same iteration: with gloo (CPUs) they ask each other after every
    one, otherwise after every ``interval``-th, where the device is waited for. A validation in
    which they may have different numbers of batches is finished.

    A train loop by epochs can not resume inside an epoch: such a run ends without a new checkpoint.

    Args:
        signals: What asks the run to stop.
        interval: Iterations between two questions of processes on GPUs.

    Raises:
        ConfigError: A signal has another name, or the interval is not positive.
    """

    # After every other hook of an iteration, so that what they change is saved.
    priority = 'LOWEST'

    def __init__(self, signals: Sequence[str] = ('SIGTERM', 'SIGUSR1'), interval: int = 10) -> None:
        if interval < 1:
            raise ConfigError(f'interval must be 1 or more iterations, got {interval}')
        self.interval = interval
        self._signals = StopSignals(signals)
        self._agreed = False
        # Of the checkpoint that is being written, or that was read.
        self._note: dict[str, Any] | None = None

    def before_run(self, runner: Runner) -> None:
        """Take over the signals before the data-loader workers start."""
        self.close()
        self._agreed = False
        if not isinstance(runner._train_loop, BaseLoop):  # a validation or a test
            return
        self._signals.catch()
        loops = [runner._train_loop, runner._val_loop]
        for loader in (each for loop in loops for each in _loaders(loop)):
            shield_workers(loader, self._signals.numbers)

    def close(self) -> None:
        """Give the signals back; done by itself at the end of a run."""
        self._signals.release()

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Read what the interrupted run left undone."""
        self._note = checkpoint.get(CHECKPOINT_KEY)

    def before_train(self, runner: Runner) -> None:
        """Begin with the validation that the interrupted run did not finish."""
        note, self._note = self._note, None
        if note is not None and note['validation_due'] and runner.iter > 0 and runner._val_loop:
            runner.val_loop.run()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Stop if that was asked for."""
        done = runner.iter + 1
        if self._is_asked(runner, done) and _nothing_is_pending(runner):
            self._stop(runner, done, _validation_is_due(runner, done))

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Leave a validation inside a training."""
        if not self._signals.caught or not _same_steps_everywhere(runner._val_loop):
            return
        if self._is_asked(runner, batch_idx + 1) and _nothing_is_pending(runner):
            self._stop(runner, runner.iter, validation_due=True)

    def after_train(self, runner: Runner) -> None:
        """The training is over: signals are what they were."""
        self.close()

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Say what is left undone."""
        if self._note is not None:
            checkpoint[CHECKPOINT_KEY] = self._note

    def _is_asked(self, runner: Runner, step: int) -> bool:
        """Whether any process was asked to stop; once said, it holds."""
        received = self._signals.received is not None
        if get_world_size() == 1:
            return received
        if not self._agreed and step % (1 if get_backend() == 'gloo' else self.interval) == 0:
            anyone = torch.tensor(int(received))
            all_reduce(anyone, 'max')
            self._agreed = bool(anyone)
        return self._agreed

    def _stop(self, runner: Runner, done: int, validation_due: bool) -> None:
        """Save, wait for one another, end."""
        path = self._save(runner, done, validation_due)
        # A launcher ends the others when the first process leaves: not before all is saved.
        barrier()
        self._signals.ignore()
        by = self._signals.received or 'a signal to another process'
        # Whatever writes in the background ends as at the end of any run.
        runner.call_hook('after_run')
        self.close()
        what = f'saved {path}, --resume goes on there'
        if path is None:
            what = '--resume goes on from the last checkpoint'
        raise InterruptionError(f'stopped by {by} after iteration {done}: {what}')

    def _save(self, runner: Runner, done: int, validation_due: bool) -> Path | None:
        """Save through the run's own CheckpointHook, which counts and removes its checkpoints."""
        savers = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
        by_iteration = hasattr(runner.train_loop, 'dataloader_iterator')
        saver = next((hook for hook in savers if not hook.by_epoch), None)
        if saver is None or not by_iteration:
            return None
        self._note = dict(validation_due=validation_due)
        for hook in runner.hooks:
            if isinstance(hook, RandomStateHook):
                hook.gather()
        path = Path(saver.out_dir) / saver.filename_tmpl.format(done)
        if validation_due or str(saver.last_ckpt) != str(path):
            meta = dict(epoch=runner.epoch, iter=done)
            saver._save_checkpoint_with_step(runner, done, meta=meta)
        return path


def _loaders(loop: Any) -> list[Any]:
    """Data loaders of a loop: MMagic's hold several, MMEngine's one; none without a loop."""
    if hasattr(loop, 'dataloaders'):
        return list(loop.dataloaders)
    return [loop.dataloader] if hasattr(loop, 'dataloader') else []


def _same_steps_everywhere(loop: Any) -> bool:
    """Whether every process has the same number of batches in a validation."""
    return get_world_size() == 1 or all(
        getattr(loader.sampler, 'round_up', False) for loader in _loaders(loop)
    )


def _nothing_is_pending(runner: Runner) -> bool:
    """Whether no optimiser has gradients that wait for an update."""
    wrapper = runner.optim_wrapper
    wrappers = wrapper.values() if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    return all(each.should_update() for each in wrappers)


def _validation_is_due(runner: Runner, done: int) -> bool:
    """Whether the loop validates after iteration ``done``: its own rule."""
    loop = runner.train_loop
    if runner._val_loop is None or not hasattr(loop, 'dataloader_iterator'):
        return False
    return done >= loop.val_begin and (done % loop.val_interval == 0 or done == loop.max_iters)
