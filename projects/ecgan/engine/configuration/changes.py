"""What the arguments of a run change in its config."""

import os

from mmengine.config import Config, ConfigDict
from mmengine.device import get_device

from ...errors import ConfigError

# Hooks that every runner of MMEngine has.
_MMENGINES = ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')

# Where a launcher says how many processes there are, and which one this is.
_PROCESSES = {
    'none': ('', ''),
    'pytorch': ('WORLD_SIZE', 'RANK'),
    'slurm': ('SLURM_NTASKS', 'SLURM_PROCID'),
    'mpi': ('OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_RANK'),
}


def enable_amp(cfg: Config) -> None:
    """Turn every optimiser wrapper of a config into one of mixed precision, in place.

    On GPUs that is ``AmpOptimWrapper``, on a CPU ``Bfloat16OptimWrapper``.

    Raises:
        ConfigError: A wrapper is of another type.
    """
    for part in _optimisers(cfg).values():
        kind = part.get('type', 'OptimWrapper')
        if kind not in ('OptimWrapper', 'AmpOptimWrapper', 'Bfloat16OptimWrapper'):
            raise ConfigError(f"--amp works with optimiser wrappers 'OptimWrapper', got '{kind}'")
        if get_device() == 'cpu':
            part['type'] = 'Bfloat16OptimWrapper'
            for name in ('loss_scale', 'dtype'):
                part.pop(name, None)
        else:
            part['type'] = 'AmpOptimWrapper'
            part.setdefault('loss_scale', 'dynamic')


def scale_rates(cfg: Config) -> None:
    """Bring every optimiser's rate to the samples that an update has (``--auto-scale-lr``).

    The rule is MMEngine's, linear (Goyal et al., 2017):

        lr <- lr * processes * batch_size * accumulative_counts / base_batch_size.

    MMEngine's own ``Runner.scale_lr`` does not count the batches that are accumulated; it is turned
    off here. One sentence is printed, by the first process.

    Args:
        cfg: Changed in place: ``lr`` of all optimisers, ``auto_scale_lr.enable``.

    Raises:
        ConfigError: There is no ``auto_scale_lr.base_batch_size`` above 0, no batch size, or an
            optimiser without a rate.
    """
    scaling = cfg.get('auto_scale_lr') or {}
    base = scaling.get('base_batch_size')
    batch = (cfg.get('train_dataloader') or {}).get('batch_size')
    for key, value in {
        'auto_scale_lr.base_batch_size': base,
        'train_dataloader.batch_size': batch,
    }.items():
        if not value or value < 1:
            raise ConfigError(
                f'--auto-scale-lr needs {key} in the config, a number above 0, got {value} '
                '(base_batch_size: the samples an update for which its rates were made)'
            )
    processes, rank = (
        int(os.environ.get(name, default))
        for name, default in zip(_PROCESSES[cfg.get('launcher', 'none')], ('1', '0'))
    )
    rates = []
    for name, part in _optimisers(cfg).items():
        if 'lr' not in part.optimizer:
            raise ConfigError(f'--auto-scale-lr: {name} has no lr that could be scaled')
        samples = processes * batch * part.get('accumulative_counts', 1)
        part.optimizer.lr *= samples / base
        rates.append(f'{name} {part.optimizer.lr:.4g} ({samples} samples an update)')
    scaling['enable'] = False
    if rank == 0:
        print(
            f'--auto-scale-lr: rates made for {base} samples an update are now: ' + ', '.join(rates)
        )


def add_hooks(cfg: Config, training: bool) -> None:
    """Give every run its bar and every training its safety, other toolboxes' configs too.

    Safety is exact resume, an interruption that loses nothing, checkpoints of another config that
    are refused, changes that take effect on a resume, and an end where numbers are no longer
    finite.

    Args:
        cfg: Changed in place: hooks that it has stay as they are, those that are None go.
        training: Whether the config is to be trained.
    """
    hooks = cfg.setdefault('default_hooks', ConfigDict())
    present = str([*hooks.values(), *(cfg.get('custom_hooks') or [])])
    wanted = dict(progress='ProgressHook', matching='MatchingCheckpointHook')
    if training:
        wanted.update(
            random_state='RandomStateHook',
            interruption='InterruptionHook',
            finite='NonFiniteHook',
            continuing='ContinuingHook',
            preflight='PreflightHook',
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

    It is a bool or the hook's arguments.
    """
    options = cfg.get('compile')
    if not options or not _is_ecgan(cfg):
        return
    hook = dict(type='mmagic.CompileBlocksHook', **({} if options is True else options))
    cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), hook]
    cfg.compile = False


def _optimisers(cfg: Config) -> dict[str, ConfigDict]:
    """The config of each optimiser's wrapper by name; a single one is called ``optimizer``."""
    wrapper = cfg.get('optim_wrapper') or ConfigDict()
    if 'optimizer' in wrapper:
        return {'optimizer': wrapper}
    return {
        name: part
        for name, part in wrapper.items()
        if isinstance(part, dict) and 'optimizer' in part
    }


def _is_ecgan(cfg: Config) -> bool:
    """Whether the model is ECGAN, in whatever scope."""
    return str(cfg.get('model', {}).get('type')).split('.')[-1] == 'ECGAN'


def measure_pictures(cfg: Config, folder: str) -> None:
    """Put pictures that are there already in the place of a config's model.

    Args:
        cfg: Changed in place.
        folder: Of the pictures, see ``StoredPictures``.
    """
    preprocessor = cfg.model.get('data_preprocessor') or cfg.get('data_preprocessor')
    cfg.model = dict(type='mmagic.StoredPictures', folder=folder, data_preprocessor=preprocessor)
    cfg.load_from = None
