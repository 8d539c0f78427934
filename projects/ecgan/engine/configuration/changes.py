"""What the arguments of a run change in its config."""

import os
import re
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmengine.device import get_device

from ...errors import ConfigError, MissingFileError

# Where a launcher says how many processes there are, and which one this is.
_PROCESSES = {
    'none': ('', ''),
    'pytorch': ('WORLD_SIZE', 'RANK'),
    'slurm': ('SLURM_NTASKS', 'SLURM_PROCID'),
    'mpi': ('OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_RANK'),
}


def enable_amp(cfg: Config) -> None:
    """Turn every optimiser wrapper of a config into one of mixed precision.

    On GPUs that is ``AmpOptimWrapper``, on a CPU ``Bfloat16OptimWrapper``.

    Args:
        cfg: Changed in place; its ``optim_wrapper`` may hold one optimiser or several by name.

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


def set_resume(cfg: Config, resume: str | None) -> None:
    """Let a run go on from a checkpoint.

    Args:
        cfg: Changed in place: ``resume`` and ``load_from``.
        resume: A checkpoint; ``'auto'`` for the newest one of the work dir, if there is one; None
            leaves the config as it is.

    Raises:
        MissingFileError: The checkpoint does not exist.
    """
    if resume is None:
        return
    if resume == 'auto':
        newest = newest_checkpoint(Path(cfg.work_dir))
        if newest is None:
            print(f'--resume: no checkpoint in {cfg.work_dir}, the run starts from the beginning')
            cfg.resume = False
            return
        resume = str(newest)
    set_checkpoint(cfg, resume)
    cfg.resume = True


def set_checkpoint(cfg: Config, checkpoint: str) -> None:
    """Let a run load a checkpoint.

    Args:
        cfg: Changed in place: ``load_from``.
        checkpoint: File, or an address such as ``https://...``.

    Raises:
        MissingFileError: The file does not exist.
    """
    if '://' not in checkpoint and not Path(checkpoint).expanduser().is_file():
        raise MissingFileError(f'checkpoint {checkpoint} does not exist')
    cfg.load_from = checkpoint


def newest_checkpoint(work_dir: Path) -> Path | None:
    """The checkpoint from which a run in ``work_dir`` goes on; None if there is none.

    What ``last_checkpoint`` names comes first, also after the folder was moved; without it, the
    ``iter_N.pth`` or ``epoch_N.pth`` with the highest number.
    """
    note = work_dir / 'last_checkpoint'
    if note.is_file():
        named = Path(note.read_text().strip())
        for candidate in (named, work_dir / named.name):
            if candidate.is_file():
                return candidate
    numbered = [
        (int(match.group(1)), path)
        for path in work_dir.glob('*.pth')
        if (match := re.fullmatch(r'(?:iter|epoch)_(\d+)\.pth', path.name))
    ]
    return max(numbered)[1] if numbered else None


def add_hooks(cfg: Config, training: bool) -> None:
    """Give every run its bar and every training its exact resume, other toolboxes' configs too.

    Args:
        cfg: Changed in place: hooks that it has, or turns off by ``None``, stay as they are.
        training: Whether the config is to be trained.
    """
    hooks = cfg.setdefault('default_hooks', ConfigDict())
    present = str([*hooks.values(), *(cfg.get('custom_hooks') or [])])
    wanted = {'progress': 'ProgressHook'}
    if training:
        wanted['random_state'] = 'RandomStateHook'
    elif _is_ecgan(cfg):
        wanted['folding'] = 'FoldGeneratorHook'
    for name, kind in wanted.items():
        if kind not in present:
            hooks.setdefault(name, dict(type=f'mmagic.{kind}'))
    # MMEngine takes None for hooks that are its own only.
    for name in [name for name in wanted if hooks.get(name) is None]:
        hooks.pop(name, None)


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
