"""Is there room for the checkpoints to come?"""

import shutil
from logging import WARNING
from pathlib import Path

from mmengine.hooks import CheckpointHook
from mmengine.logging import print_log
from mmengine.optim import OptimWrapperDict
from mmengine.runner import Runner
from torch.optim import Optimizer

from ...errors import ConfigError
from ...models.parts.unwrap import unwrap


def check_disk(runner: Runner) -> None:
    """Compare the free space with what the run will keep.

    Raises:
        ConfigError: Not even a checkpoint, with the one that it replaces, has room.
    """
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook):
            _check(runner, hook)


def _check(runner: Runner, hook: CheckpointHook) -> None:
    folder = Path(hook.out_dir or runner.work_dir)
    count = _number_kept(runner, hook)
    if '://' in str(folder) or not count:
        return
    while not folder.is_dir():
        folder = folder.parent
    weights, states = _weights(runner), _states(runner) if hook.save_optimizer else 0
    one = weights + states
    bests = len(hook.save_best or ()) * (weights - _averages(runner))
    there = sum(path.stat().st_size for path in Path(runner.work_dir).glob('*.pth'))
    free, needed = shutil.disk_usage(folder).free, max(count * one + bests - there, 0)
    # The new one is whole before the old one goes.
    least = one * min(count, 2)
    if free < (one if there else least):
        raise ConfigError(
            f'no room for a checkpoint in {folder}: one takes {_size(one)} ({_size(weights)} '
            f'weights and averages, {_size(states)} optimisers), {_size(free)} are free; make room '
            'there, or take another --work-dir'
        )
    if free < needed:
        print_log(
            f'{folder} will be full before the end: {count} checkpoints of {_size(one)} and '
            f'{len(hook.save_best or ())} best ones are kept, {_size(needed)} in all, '
            f'{_size(free)} are free; keep fewer '
            '(default_hooks.checkpoint.max_keep_ckpts), or make room there',
            'current',
            WARNING,
        )


def _number_kept(runner: Runner, hook: CheckpointHook) -> int:
    """Checkpoints that lie there at the end, without the best ones."""
    length = runner.max_epochs if hook.by_epoch else runner.max_iters
    begin = min(hook.save_begin, length or 0)
    saved = ((length or 0) - begin) // hook.interval if hook.interval > 0 else 0
    if hook.save_last and (hook.interval <= 0 or ((length or 0) - begin) % hook.interval):
        saved += 1
    return min(saved, hook.max_keep_ckpts) if hook.max_keep_ckpts > 0 else saved


def _weights(runner: Runner) -> int:
    """Bytes of the model, its moving averages included."""
    tensors = unwrap(runner.model).state_dict().values()
    return sum(t.numel() * t.element_size() for t in tensors if hasattr(t, 'numel')) + _averages(
        runner
    )


def _averages(runner: Runner) -> int:
    """Bytes of what EMAHook adds; best checkpoints hold it as well as the weights."""
    if not any(type(hook).__name__ == 'EMAHook' for hook in runner.hooks):
        return 0
    return sum(p.numel() * p.element_size() for p in unwrap(runner.model).parameters())


def _states(runner: Runner) -> int:
    """Bytes that the optimisers hold once they have stepped."""
    wrapper = runner.optim_wrapper
    wrappers = wrapper.values() if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    return sum(_state(each.optimizer) for each in wrappers)


def _state(optimizer: Optimizer) -> int:
    settings = optimizer.defaults
    if 'betas' in settings:
        moments = 2
    elif 'momentum' in settings:
        moments = int(bool(settings['momentum']))
    else:
        moments = 1
    parameters = (p for group in optimizer.param_groups for p in group['params'])
    return moments * sum(p.numel() * p.element_size() for p in parameters)


def _size(count: float) -> str:
    for unit in ('B', 'kB', 'MB', 'GB'):
        if count < 1000:
            break
        count, unit = count / 1000, 'TB'
    return f'{count:.3g} {unit}'
