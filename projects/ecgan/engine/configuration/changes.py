"""What the arguments of a run change in its config."""

from mmengine.config import Config, ConfigDict
from mmengine.device import get_device

from ...errors import ConfigError

# Hooks that every runner of MMEngine has.
_MMENGINES = ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')


def enable_amp(cfg: Config) -> None:
    """Turn every optimiser wrapper of a config into one of mixed precision.

    On GPUs that is ``AmpOptimWrapper``, on a CPU ``Bfloat16OptimWrapper``.

    Args:
        cfg: Changed in place; its ``optim_wrapper`` may hold one optimiser or several by name.

    Raises:
        ConfigError: A wrapper is of another type.
    """
    wrapper = cfg.get('optim_wrapper') or ConfigDict()
    named = [
        value for value in wrapper.values() if isinstance(value, dict) and 'optimizer' in value
    ]
    for part in [wrapper] if 'optimizer' in wrapper else named:
        kind = part.get('type', 'OptimWrapper')
        if kind not in ('OptimWrapper', 'AmpOptimWrapper'):
            raise ConfigError(f"--amp works with optimiser wrappers 'OptimWrapper', got '{kind}'")
        if get_device() == 'cpu':
            part['type'] = 'Bfloat16OptimWrapper'
            for name in ('loss_scale', 'dtype'):
                part.pop(name, None)
        else:
            part['type'] = 'AmpOptimWrapper'
            part.setdefault('loss_scale', 'dynamic')


def add_hooks(cfg: Config, training: bool) -> None:
    """Give every run its bar and every training its safety, other toolboxes' configs too.

    Safety is exact resume, an interruption that loses nothing, checkpoints of another config that
    are refused, and an end where numbers are no longer finite.

    Args:
        cfg: Changed in place: hooks that it has stay as they are, those that are None go.
        training: Whether the config is to be trained.
    """
    hooks = cfg.setdefault('default_hooks', ConfigDict())
    present = str([*hooks.values(), *(cfg.get('custom_hooks') or [])])
    wanted = dict(progress='ProgressHook', matching='MatchingCheckpointHook')
    if training:
        wanted.update(
            random_state='RandomStateHook', interruption='InterruptionHook', finite='NonFiniteHook'
        )
    elif _is_ecgan(cfg):
        wanted['folding'] = 'FoldGeneratorHook'
    for name, kind in wanted.items():
        if kind not in present:
            hooks.setdefault(name, dict(type=f'mmagic.{kind}'))
    # MMEngine takes None for hooks that are its own only.
    for name in [name for name, hook in hooks.items() if hook is None and name not in _MMENGINES]:
        hooks.pop(name)


def use_block_compilation(cfg: Config) -> None:
    """Turn MMEngine's ``compile`` entry into :class:`CompileBlocksHook` where the model is ECGAN.

    Args:
        cfg: Changed in place; ``compile`` is a bool or the hook's arguments.
    """
    options = cfg.get('compile')
    if not options or not _is_ecgan(cfg):
        return
    hook = dict(type='mmagic.CompileBlocksHook', **({} if options is True else options))
    cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), hook]
    cfg.compile = False


def _is_ecgan(cfg: Config) -> bool:
    """Whether the model is ECGAN, in whatever scope."""
    return str(cfg.get('model', {}).get('type')).split('.')[-1] == 'ECGAN'
