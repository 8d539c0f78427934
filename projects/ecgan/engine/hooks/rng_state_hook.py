"""Exact resume: the random-number state of every process, and the data order.

Versions concerned: mmengine <= 0.10.7 saves no random-number state. On a resume it loads every
earlier batch again to get to the right one, and a run without a seed in its config goes on in
another order.

With this hook a run that was killed and resumed equals an undisturbed one bit for bit on a CPU.
Limits:

* The number of processes and the batch size must be those of the first run.
* A train loop by epochs resumes at the start of an epoch (MMEngine keeps no place inside one).
* Samplers that draw from the global generators, iterable datasets, and loaders that another hook
  exchanges during the run (PGGAN) are not covered.
* On a GPU the random numbers are restored too, but kernels that add up in any order are not
  repeatable by themselves: see ``randomness = dict(deterministic=True)``.
"""

import logging
from typing import Any

from mmagic.engine.hooks import VisualizationHook
from mmagic.registry import HOOKS
from mmengine.dist import all_gather_object, get_rank, get_world_size
from mmengine.hooks import CheckpointHook, Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmengine.runner.loops import _InfiniteDataloaderIterator

from ..pictures_apart import draw_apart
from ..random_state import RandomState, capture_random_state, restore_random_state
from ..seeded_loader import SkippingIterator, is_seedable, seed_loader

CHECKPOINT_KEY = 'random_state'


@HOOKS.register_module()
class RandomStateHook(Hook):
    """Saves and restores random-number states, and makes the data a function of the iteration.

    In the checkpoint, ``random_state`` is a list with one dict for each process: what
    :func:`~projects.ecgan.engine.random_state.capture_random_state` gives, and ``data_seed`` and
    ``sampler_seed`` (int or None). Neither validation nor the pictures of MMagic's
    ``VisualizationHook`` change the random numbers of the training.
    """

    # After every hook that may draw random numbers, before CheckpointHook (VERY_LOW, 90).
    priority = 80

    def __init__(self) -> None:
        self._states: list[RandomState] | None = None
        self._before_val: RandomState | None = None
        self._resumed: RandomState | None = None
        self._seeds: dict[str, int | None] = {}
        self._pass = 0

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep the saved state of this process until the training starts."""
        states = checkpoint.get(CHECKPOINT_KEY)
        if states is None:
            return
        if len(states) != get_world_size():
            print_log(
                f'The checkpoint is from a run on {len(states)} processes, this one has '
                f'{get_world_size()}: the resumed run will differ from an undisturbed one.',
                logger='current',
                level=logging.WARNING,
            )
            return
        self._resumed = states[get_rank()]

    def before_train(self, runner: Runner) -> None:
        """Make the data a function of the iteration; on a resume go to the right batch."""
        loop = runner.train_loop
        if runner.iter == 0:
            self._resumed = None
        self._keep_pictures_apart(runner)
        if not is_seedable(loop.dataloader):
            print_log(
                'RandomStateHook: the train dataloader has no batch sampler, its data is not '
                'covered by an exact resume.',
                logger='current',
                level=logging.WARNING,
            )
            return
        sampler = loop.dataloader.batch_sampler.sampler
        self._seeds = {'data_seed': runner.seed, 'sampler_seed': getattr(sampler, 'seed', None)}
        if self._resumed is not None:
            self._seeds = {key: self._resumed[key] for key in self._seeds}
            if self._seeds['sampler_seed'] is not None:
                sampler.seed = self._seeds['sampler_seed']

        by_iteration = hasattr(loop, 'dataloader_iterator')
        if by_iteration:
            loop.dataloader_iterator = None  # stops its workers
        self._pass = seed_loader(
            loop.dataloader, self._seeds['data_seed'], runner.rank, runner.iter, by_iteration
        )
        if by_iteration:
            iterator = _InfiniteDataloaderIterator(loop.dataloader)
            iterator._epoch = self._pass
            skip = 0 if getattr(loop, 'fast_forward_on_resume', False) else runner.iter
            loop.dataloader_iterator = SkippingIterator(iterator, skip, self._restore)

    def before_train_epoch(self, runner: Runner) -> None:
        """Put right what MMEngine set at the start of an epoch.

        A train loop by iterations is one epoch for MMEngine's hooks, whatever pass over the data it
        is in; one by epochs starts here with the random numbers of the checkpoint.
        """
        if not hasattr(runner.train_loop, 'dataloader_iterator'):
            self._restore()
            return
        sampler = getattr(runner.train_loop.dataloader.batch_sampler, 'sampler', None)
        if hasattr(sampler, 'set_epoch'):
            sampler.set_epoch(self._pass)

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """A new iteration: what was gathered is outdated."""
        self._states = None

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Gather the states if a checkpoint is saved after this iteration."""
        if self._checkpoint_is_due(runner, by_epoch=False):
            self._states = self._gather()

    def after_train_epoch(self, runner: Runner) -> None:
        """Gather the states if a checkpoint is saved after this epoch."""
        if self._checkpoint_is_due(runner, by_epoch=True):
            self._states = self._gather()

    def before_val(self, runner: Runner) -> None:
        """Remember the random numbers of the training."""
        if self._seeds:
            self.gather()
            self._before_val = capture_random_state()

    def after_val(self, runner: Runner) -> None:
        """Go on with the random numbers of the training."""
        if self._before_val is not None:
            restore_random_state(self._before_val)
            self._before_val = None

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Add the states of all processes; only the main process comes here."""
        states = self._states
        if states is None and get_world_size() == 1:
            states = self._gather()
        if states is None:
            print_log(
                'This checkpoint is not saved by a CheckpointHook: it holds no random-number '
                'states, a run that resumes from it will differ from an undisturbed one.',
                logger='current',
                level=logging.WARNING,
            )
            return
        checkpoint[CHECKPOINT_KEY] = states

    def gather(self) -> None:
        """Have the states of all processes ready for a checkpoint; every process comes here."""
        self._states = self._states or self._gather()

    def _keep_pictures_apart(self, runner: Runner) -> None:
        seed = (self._resumed or {}).get('data_seed')
        for hook in runner.hooks:
            if isinstance(hook, VisualizationHook):
                draw_apart(hook, runner.seed if seed is None else seed)

    def _gather(self) -> list[RandomState]:
        state: dict[str, Any] = {**capture_random_state(), **self._seeds}
        return all_gather_object(state)

    def _restore(self) -> None:
        if self._resumed is not None:
            restore_random_state(self._resumed)
            self._resumed = None

    @staticmethod
    def _checkpoint_is_due(runner: Runner, by_epoch: bool) -> bool:
        """Whether a CheckpointHook saves at this point: the same rule as its own."""
        for hook in runner.hooks:
            if not isinstance(hook, CheckpointHook) or hook.by_epoch != by_epoch:
                continue
            due, last = (
                (hook.every_n_epochs, hook.is_last_train_epoch)
                if by_epoch
                else (hook.every_n_train_iters, hook.is_last_train_iter)
            )
            if due(runner, hook.interval, hook.save_begin) or (hook.save_last and last(runner)):
                return True
        return False
