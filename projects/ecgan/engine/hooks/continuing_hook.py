"""What changed in the config of a run that goes on takes effect, and is said."""

import logging
from typing import Any

from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import BaseLoop, Runner

from ..configuration import Changes, find_changes
from ..rates import count_on, states_by_name
from .rng_state_hook import CHECKPOINT_KEY as RANDOM_STATE

# In the ``meta`` of a checkpoint.
HISTORY_KEY = 'continued'


@HOOKS.register_module()
class ContinuingHook(Hook):
    """Compares the config of a resumed run with its checkpoint's, before anything is loaded.

    Each change is a line of the log, and of the console too where it is quiet. All of them are in
    the checkpoints to come: ``meta['continued']``, a list of ``iteration N: KEY: OLD -> NEW``.

    MMEngine loads over the config: rates, betas, schedules, seeds, the best score. Where one of
    those has changed, the config's takes its place here. A run whose config is the same goes on
    exactly.

    Raises:
        CheckpointError: Something has changed that can not.
    """

    # After MatchingCheckpointHook, before what reads states from the checkpoint.
    priority = 'VERY_HIGH'

    def __init__(self) -> None:
        self._history: list[str] = []

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Compare, say, and let what changed take effect."""
        self._history = []
        if not runner._resume or not isinstance(runner._train_loop, BaseLoop):
            return
        self._history = list(checkpoint['meta'].get(HISTORY_KEY, []))
        changes = find_changes(checkpoint, runner.cfg, runner._load_from)
        if changes is None:
            _say('the checkpoint carries no config to compare: what changed since can not be told')
            changes = Changes([])
        for line in changes.lines:
            _say(f'the run goes on with another {line}')
            self._history.append(f'iteration {checkpoint["meta"]["iter"]}: {line}')
        lacks_optimizer = 'optimizer' not in checkpoint
        lacks_schedules = bool(runner.param_schedulers) and 'param_schedulers' not in checkpoint
        if lacks_optimizer:
            _say('the checkpoint holds no state of the optimisers: their moments begin anew')
        else:
            states = states_by_name(runner, checkpoint)
            if changes.touch_loss_scale:
                for state in states.values():
                    state.pop('loss_scaler', None)
        if changes.touch_rates or lacks_optimizer or lacks_schedules:
            count_on(runner, checkpoint)
        if changes.touch_randomness:
            checkpoint.pop(RANDOM_STATE, None)
            checkpoint['meta']['seed'] = runner.seed
        if changes.touch_best:
            _forget_best(checkpoint['message_hub'])

    def before_train(self, runner: Runner) -> None:
        """Say so where nothing is left to do."""
        if runner.iter >= runner.max_iters:
            _say(f'the run is complete: it is at iteration {runner.iter} of {runner.max_iters}')

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep what changed."""
        if self._history:
            checkpoint['meta'][HISTORY_KEY] = list(self._history)


def _say(line: str) -> None:
    print_log(line, logger='current', level=logging.WARNING)


def _forget_best(hub: dict[str, Any]) -> None:
    """Take the best score, and where it lies, out of a message hub's state."""
    for part in ('runtime_info', 'resumed_keys'):
        for key in [key for key in hub[part] if key.startswith(('best_score', 'best_ckpt'))]:
            hub[part].pop(key)
