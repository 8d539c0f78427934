"""Settings of the optimisers and their schedules, of a run that goes on with others.

MMEngine loads what a checkpoint holds of them over what the config says: the old rates, the old
begin and end, and in a schedule of another kind a mixture of both. Here the schedules that the
config describes are counted on, step by step, from the beginning to where the run is, and stand in
the checkpoint's place. So each iteration has the rate that the formulas of the config give it.
"""

from typing import Any

from mmengine.optim import (
    OptimWrapper,
    OptimWrapperDict,
    ReduceOnPlateauParamScheduler,
    _ParamScheduler,
)
from mmengine.runner import Runner

from ..errors import CheckpointError
from .configuration import ways_on

# In the state of an optimiser wrapper; beside them are moments and the scale of the losses.
_SETTINGS = ('param_groups', 'base_param_settings')


def named_wrappers(wrapper: OptimWrapper) -> dict[str, OptimWrapper]:
    """The optimiser wrappers of a run by name; a single one has none."""
    return dict(wrapper.items()) if isinstance(wrapper, OptimWrapperDict) else {'': wrapper}


def states_by_name(runner: Runner, checkpoint: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What a checkpoint holds of each optimiser, called as in :func:`named_wrappers`.

    Raises:
        CheckpointError: It holds other optimisers.
    """
    saved = checkpoint['optimizer']
    saved = saved if isinstance(runner.optim_wrapper, OptimWrapperDict) else {'': saved}
    wrappers = named_wrappers(runner.optim_wrapper)
    problem = None
    if saved.keys() != wrappers.keys():
        problem = f'it has the optimisers {", ".join(saved)}, the config {", ".join(wrappers)}'
    for name in wrappers if problem is None else ():
        there, here = (
            [len(group['params']) for group in state.get('param_groups', [])]
            for state in (saved[name], wrappers[name].optimizer.state_dict())
        )
        if there != here:
            problem = (
                f'{name or "its optimiser"} updates {sum(there)} tensors in {len(there)} groups, '
                f'in the config {sum(here)} in {len(here)}'
            )
    if problem:
        name = runner._load_from
        raise CheckpointError(
            f'the checkpoint {name} is of another optimiser: {problem} - {ways_on(name)}'
        )
    return saved


def count_on(runner: Runner, checkpoint: dict[str, Any]) -> None:
    """Exchange in a checkpoint what is to be the config's: settings and schedules.

    Moments stay the checkpoint's, and so does a scale of float16's losses.

    Args:
        runner: With optimisers and schedules as they are before the first iteration.
        checkpoint: Of a training, before the runner loads it; changed in place.

    Raises:
        CheckpointError: The rates follow the validations: what they were can not be told.
    """
    schedules = runner.param_schedulers or []
    named = schedules if isinstance(schedules, dict) else {'': schedules}
    for each in named.values():
        _step_on(each, checkpoint['meta'], runner._load_from)
    if 'param_schedulers' in checkpoint:
        states = {name: [each.state_dict() for each in found] for name, found in named.items()}
        checkpoint['param_schedulers'] = states if isinstance(schedules, dict) else states['']
    if 'optimizer' not in checkpoint:
        return
    states = states_by_name(runner, checkpoint)
    for name, wrapper in named_wrappers(runner.optim_wrapper).items():
        saved, state = states[name], wrapper.state_dict()
        saved.update({key: value for key, value in state.items() if key.startswith(_SETTINGS)})


def _step_on(schedules: list[_ParamScheduler], meta: dict[str, Any], name: str) -> None:
    """Step fresh schedules as often as the run has, in its order."""
    if any(isinstance(each, ReduceOnPlateauParamScheduler) for each in schedules):
        raise CheckpointError(
            f'the checkpoint {name} can not go on with other rates, as a ReduceOnPlateau schedule '
            f'makes them from the validations - {ways_on(name)}'
        )
    iterations, epochs = meta['iter'], meta['epoch']
    an_epoch = iterations // epochs if epochs else None
    for each in schedules:
        # Else it warns of steps without the optimiser's.
        each.optimizer._global_step = 0
    for done in range(1, iterations + 1):
        for each in schedules:
            if not each.by_epoch:
                each.step()
        if an_epoch and done % an_epoch == 0:
            for each in schedules:
                if each.by_epoch:
                    each.step()
