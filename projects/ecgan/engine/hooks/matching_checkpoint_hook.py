"""A checkpoint of another config is refused instead of loaded in part.

MMEngine loads what fits, prints the rest as a warning among a thousand lines, and trains on from
fresh weights there.
"""

from collections.abc import Mapping
from typing import Any

from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner
from torch import nn

from ...errors import CheckpointError
from ...models.parts.unwrap import unwrap, unwrapped_names
from ..configuration import ways_on

_MOST_NAMES = 3
# What MMEngine reads on a resume beside the weights.
_OF_A_TRAINING = ('meta', 'message_hub')


@HOOKS.register_module()
class MatchingCheckpointHook(Hook):
    """Compares names and shapes of a checkpoint's tensors with the model's before they are loaded.

    A training that resumes needs all of them. A test needs those that it finds to have the model's
    shapes, and at least one. A training that starts from weights (``load_from``) takes what fits,
    as ever.

    Raises:
        CheckpointError: They do not match; says which do not, and what to do.
    """

    priority = 'HIGHEST'

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Compare."""
        trains = isinstance(runner._train_loop, BaseLoop)
        if trains and not runner._resume:
            return
        where = f'the checkpoint {runner._load_from}'
        lacking = [] if isinstance(checkpoint, dict) else ['weights']
        if trains and not lacking:
            lacking = [name for name in ('state_dict', *_OF_A_TRAINING) if name not in checkpoint]
        if lacking:
            raise CheckpointError(
                f'{where} is not that of a training, it lacks {", ".join(lacking)}; a training '
                'begins from weights alone with load_from, without --resume'
            )
        state = checkpoint.get('state_dict', checkpoint)
        problems = find_mismatches(unwrap(runner.model), state, whole=trains)
        if problems:
            advice = 'take the config that it was trained with, which lies beside it'
            if trains:
                advice = ways_on(runner._load_from)
            raise CheckpointError(f'{where} is of another config: {"; ".join(problems)} - {advice}')


def find_mismatches(model: nn.Module, state: Mapping[str, Any], whole: bool) -> list[str]:
    """Where names and shapes of stored tensors are not a model's.

    Args:
        model: The model.
        state: Tensors by name.
        whole: Whether the names have to be the same; else one common name does.

    Returns:
        Problems in words; empty where there are none.
    """
    here = _shapes(model.state_dict())
    there = unwrapped_names(_shapes(state))
    common = [name for name in here if name in there]
    sizes = [f'{n} {there[n]}, here {here[n]}' for n in common if here[n] != there[n]]
    problems = _list('differ in size', sizes)
    if whole or not common:
        problems += _list('are missing', [name for name in here if name not in there])
        problems += _list('are unknown here', [name for name in there if name not in here])
    return problems


def _shapes(state: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in state.items() if hasattr(value, 'shape')}


def _list(what: str, names: list[str]) -> list[str]:
    """One problem with its first names; none where there are no names."""
    more = ', ...' if len(names) > _MOST_NAMES else ''
    listed = ', '.join(names[:_MOST_NAMES])
    return [f'{len(names)} tensors {what} ({listed}{more})'] * bool(names)
