"""A training whose numbers are no longer finite ends, or leaves an update out."""

import logging
import math
from functools import partial
from typing import Any

import torch
from mmagic.registry import HOOKS
from mmengine.hooks import CheckpointHook, Hook
from mmengine.logging import print_log
from mmengine.optim import OptimWrapperDict
from mmengine.runner import Runner
from torch.optim import Optimizer

from ...errors import ConfigError, DivergenceError

ACTIONS = ('stop', 'skip')


@HOOKS.register_module()
class NonFiniteHook(Hook):
    """Ends a training whose loss is not finite, with its name, the iteration, and what is left.

    The losses are those that ``train_step`` returns, and which MMEngine has brought to the host for
    its log in any case. No checkpoint of that iteration is written; before one is written at all
    its weights are looked through, because finite losses may have led to other weights.

    ``action='skip'`` leaves out each optimiser's update whose gradients are not all finite. They
    are looked at after they were averaged over the processes, so that all decide alike; the device
    is waited for once an update. Statistics that the forward pass keeps (batch norm) are not taken
    back. Where MMEngine's ``AmpOptimWrapper`` scales losses, it leaves such updates out by itself,
    and lowers its scale.

    Args:
        action: ``stop`` or ``skip``.
        max_skips: As many updates of an optimiser may be left out in a row.

    Raises:
        ConfigError: An argument is none of these.
    """

    # Before hooks that draw, log and save.
    priority = 'HIGH'

    def __init__(self, action: str = 'stop', max_skips: int = 10) -> None:
        if action not in ACTIONS or max_skips < 1:
            raise ConfigError(
                f'action must be one of {ACTIONS} and max_skips 1 or more, got action={action!r}, '
                f'max_skips={max_skips}'
            )
        self.action = action
        self.max_skips = max_skips
        self._in_a_row: dict[str, int] = {}
        self._skipped = 0
        self._good: str | None = None
        self._handles: list[Any] = []

    def before_train(self, runner: Runner) -> None:
        """Look at the gradients from now on, where updates may be left out."""
        self.after_train(runner)
        self._good = runner._load_from if runner._resume and runner.iter > 0 else None
        if self.action == 'skip':
            wrapper = runner.optim_wrapper
            named = wrapper.items() if isinstance(wrapper, OptimWrapperDict) else [('', wrapper)]
            for name, each in named:
                look = partial(self._look, runner, name)
                self._handles.append(each.optimizer.register_step_pre_hook(look))

    def after_train(self, runner: Runner) -> None:
        """The optimisers are what they were."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Look at the losses, before anything is saved.

        Raises:
            DivergenceError: One is not finite, and ``action`` is ``stop``.
        """
        savers = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
        self._good = next((hook.last_ckpt for hook in savers if hook.last_ckpt), self._good)
        entries = outputs.items() if isinstance(outputs, dict) else ()
        losses = [(name, _number(value)) for name, value in entries if 'loss' in name]
        wrong = [f'{name} is {value}' for name, value in losses if not math.isfinite(value)]
        if self._skipped:
            runner.message_hub.update_scalar('train/skipped_updates', self._skipped)
        if not wrong:
            return
        if self.action == 'stop':
            raise self._error(runner, ', '.join(wrong))
        print_log(
            f'iteration {runner.iter + 1}: {", ".join(wrong)}', 'current', level=logging.WARNING
        )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Look at the weights that are to be saved.

        Raises:
            DivergenceError: One is not finite.
        """
        weights = checkpoint['state_dict'].items()
        wrong = [
            name
            for name, value in weights
            if isinstance(value, torch.Tensor) and not bool(value.isfinite().all())
        ]
        if wrong:
            raise self._error(runner, f'the weights {wrong[0]} are not finite')

    def _look(
        self, runner: Runner, name: str, optimizer: Optimizer, args: tuple, kwargs: dict
    ) -> None:
        """Take gradients that are not finite away before the optimiser uses them."""
        parameters = [p for group in optimizer.param_groups for p in group['params']]
        grads = [p.grad for p in parameters if p.grad is not None]
        if not grads or bool(torch.stack([grad.isfinite().all() for grad in grads]).all()):
            self._in_a_row[name] = 0
            return
        self._skipped += 1
        self._in_a_row[name] = row = self._in_a_row.get(name, 0) + 1
        of = f' of {name}' * bool(name)
        if row > self.max_skips:
            raise self._error(runner, f'the gradients of {row} updates{of} in a row are not finite')
        print_log(
            f'iteration {runner.iter + 1}: the update{of} is left out, its gradients are not '
            f'finite ({row} in a row, at most {self.max_skips})',
            'current',
            level=logging.WARNING,
        )
        # Without a gradient an optimiser leaves a parameter and its state alone.
        optimizer.zero_grad(set_to_none=True)

    def _error(self, runner: Runner, what: str) -> DivergenceError:
        left = 'no checkpoint was saved before'
        if self._good is not None:
            left = f'the last good checkpoint is {self._good}'
        return DivergenceError(
            f'{what} at iteration {runner.iter + 1}; {left} - lower the learning rates, look at '
            "the data, or leave such updates out (NonFiniteHook with action='skip')"
        )


def _number(value: float | torch.Tensor) -> float:
    return value.item() if isinstance(value, torch.Tensor) else float(value)
