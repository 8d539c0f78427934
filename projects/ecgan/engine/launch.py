"""What ``tools/train.py`` and ``tools/test.py`` share: arguments, config, launchers, a good end.

The conventions are the toolbox's: the config is positional, ``--work-dir``, ``--launcher``,
``--cfg-options``. A config is a file, or ``mmagic::pix2pix/NAME.py`` for one that an installed
toolbox brings along (also ``mmseg::``, ``mmdet::`` ...).
"""

import argparse
import contextlib
import difflib
import importlib.util
import inspect
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from mmengine.config import Config, ConfigDict, DictAction
from mmengine.device import get_device
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from ..compat.safe_checkpoints import UnsafeCheckpointError
from .config_check import ConfigError, check_config

# Entries of a config that are read by name, beside the arguments of Runner.
_CONFIG_ENTRIES = (
    'activation_checkpointing',
    'compile',
    'custom_imports',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'model_wrapper_cfg',
    'runner_type',
    'sync_bn',
)


class LaunchError(RuntimeError):
    """A run that cannot start; the message is one line that says what to do."""


class _Terminated(BaseException):
    """SIGTERM came."""


class _OptionAction(DictAction):
    """``--cfg-options`` with an error of one line."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
        wrong = [value for value in values if '=' not in value]
        if wrong:
            parser.error(f"--cfg-options takes key=value pairs, got '{wrong[0]}'")
        super().__call__(parser, namespace, values, option_string)


def build_parser(description: str) -> argparse.ArgumentParser:
    """A parser with the arguments that training and testing have in common.

    Args:
        description: First line of ``--help``.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('config', help='config file, or PACKAGE::PATH, e.g. mmagic::pix2pix/X.py')
    parser.add_argument('--work-dir', help='folder of logs and checkpoints')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=_OptionAction,
        default={},
        metavar='KEY=VALUE',
        help='change the config, e.g. train_cfg.max_iters=100 model.x="[(1,2),(3,4)]"',
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    parser.add_argument(
        '--dry-run', action='store_true', help='check the config, print it resolved, and stop'
    )
    return parser


def build_config(args: argparse.Namespace) -> Config:
    """Read the config and apply the common arguments; nothing is written.

    Args:
        args: Parsed by a parser from :func:`build_parser`.

    Raises:
        LaunchError: The config is missing or cannot be read, or an option does not fit it.
    """
    path = find_config(args.config)
    try:
        cfg = Config.fromfile(path)
    except Exception as error:
        raise LaunchError(f'cannot read the config {path}: {_one_line(error)}') from error
    merge_options(cfg, args.cfg_options)
    cfg.launcher = args.launcher
    if args.work_dir:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = os.path.join('work_dirs', path.stem)
    # Runner looks for the local rank in the environment, whatever the launcher was.
    local_rank = os.environ.get('OMPI_COMM_WORLD_LOCAL_RANK', str(args.local_rank))
    os.environ.setdefault('LOCAL_RANK', local_rank)
    return cfg


def find_config(name: str) -> Path:
    """Find a config file, or one of an installed toolbox.

    Args:
        name: Path, or ``PACKAGE::PATH`` below the package's own ``configs``.

    Raises:
        LaunchError: There is no such file; names the closest one.
    """
    package, separator, inner = name.partition('::')
    path = Path(name)
    if separator:
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise LaunchError(f"config {name}: the package '{package}' is not installed")
        path = Path(spec.submodule_search_locations[0]) / '.mim' / 'configs' / inner
    for candidate in (path, path.with_name(path.name + '.py')):
        if candidate.is_file():
            return candidate
    names = [entry.name for entry in path.parent.glob('*.py')] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, n=1)
    hint = f', did you mean {close[0]}?' if close else ''
    raise LaunchError(f'config {name} does not exist (looked for {path}){hint}')


def merge_options(cfg: Config, options: dict[str, Any]) -> None:
    """Merge ``--cfg-options`` into a config.

    Args:
        cfg: Changed in place.
        options: Dotted keys and values.

    Raises:
        LaunchError: A key begins with a name that no config has, or does not fit the config.
    """
    known = {*cfg.keys(), *inspect.signature(Runner.__init__).parameters, *_CONFIG_ENTRIES}
    for key in options:
        name = key.partition('.')[0]
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f", did you mean '{close[0]}'?" if close else ''
            raise LaunchError(f"--cfg-options {key}: the config has no '{name}'{hint}")
    try:
        cfg.merge_from_dict(options)
    except Exception as error:
        keys = ', '.join(options)
        raise LaunchError(f'--cfg-options {keys}: {_one_line(error)}') from error


def enable_amp(cfg: Config) -> None:
    """Turn every optimiser wrapper of a config into one of mixed precision.

    On GPUs that is ``AmpOptimWrapper``, on a CPU ``Bfloat16OptimWrapper``.

    Args:
        cfg: Changed in place; its ``optim_wrapper`` may hold one optimiser or several by name.

    Raises:
        LaunchError: A wrapper is of another type.
    """
    wrapper = cfg.get('optim_wrapper') or ConfigDict()
    named = [
        value for value in wrapper.values() if isinstance(value, dict) and 'optimizer' in value
    ]
    for part in [wrapper] if 'optimizer' in wrapper else named:
        kind = part.get('type', 'OptimWrapper')
        if kind not in ('OptimWrapper', 'AmpOptimWrapper'):
            raise LaunchError(f"--amp works with optimiser wrappers 'OptimWrapper', got '{kind}'")
        if get_device() == 'cpu':
            part['type'] = 'Bfloat16OptimWrapper'
            for name in ('loss_scale', 'dtype'):
                part.pop(name, None)
        else:
            part['type'] = 'AmpOptimWrapper'
            part.setdefault('loss_scale', 'dynamic')


def set_resume(cfg: Config, resume: str | None) -> None:
    """Let a run go on from a checkpoint.

    Args:
        cfg: Changed in place: ``resume`` and ``load_from``.
        resume: A checkpoint; ``'auto'`` for the newest one of the work dir, if there is one; None
            leaves the config as it is.

    Raises:
        LaunchError: The checkpoint does not exist.
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
        LaunchError: The file does not exist.
    """
    if '://' not in checkpoint and not Path(checkpoint).expanduser().is_file():
        raise LaunchError(f'checkpoint {checkpoint} does not exist')
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


def add_random_state_hook(cfg: Config) -> None:
    """Make every training resume exactly; see :class:`~projects.ecgan.engine.RandomStateHook`.

    Args:
        cfg: Changed in place.
    """
    hooks = list(cfg.get('custom_hooks') or [])
    if not any(str(hook.get('type')).endswith('RandomStateHook') for hook in hooks):
        hooks.append(dict(type='mmagic.RandomStateHook'))
    cfg.custom_hooks = hooks


def use_block_compilation(cfg: Config) -> None:
    """Turn MMEngine's ``compile`` entry into :class:`CompileBlocksHook` where the model is ECGAN.

    Args:
        cfg: Changed in place; ``compile`` is a bool or the hook's arguments.
    """
    options = cfg.get('compile')
    if not options or str(cfg.get('model', {}).get('type')).split('.')[-1] != 'ECGAN':
        return
    hook = dict(type='mmagic.CompileBlocksHook', **({} if options is True else options))
    cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), hook]
    cfg.compile = False


def finish_dry_run(cfg: Config) -> None:
    """Check a config and print it resolved."""
    check_config(cfg)
    print(cfg.pretty_text)


def build_runner(cfg: Config) -> Runner:
    """Check a config, then build its runner, which makes the work dir.

    Raises:
        ConfigError: The config names a type that is not registered.
    """
    check_config(cfg)
    return RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)


def run_tool(
    main: Callable[[Sequence[str] | None], None], argv: Sequence[str] | None = None
) -> int:
    """Run a tool and end well, also on errors in its arguments, on Ctrl-C and on SIGTERM.

    Args:
        main: Gets ``argv``.
        argv: Arguments without the program name; None for those of the command line.

    Returns:
        Exit status: 0, 2 for a run that could not start, 130 after Ctrl-C, 143 after SIGTERM.
    """
    previous = signal.signal(signal.SIGTERM, _raise_terminated)
    try:
        main(argv)
        return 0
    except (LaunchError, ConfigError, UnsafeCheckpointError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _stopped('Ctrl-C', signal.SIGINT)
    except _Terminated:
        return _stopped('SIGTERM', signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, previous)
        _leave_process_group()


def _raise_terminated(number: int, frame: FrameType | None) -> None:
    raise _Terminated


def _stopped(by: str, number: int) -> int:
    print(
        f'stopped by {by}; a training goes on from its last checkpoint with --resume',
        file=sys.stderr,
    )
    return 128 + number


def _leave_process_group() -> None:
    from torch import distributed

    if distributed.is_available() and distributed.is_initialized():
        with contextlib.suppress(RuntimeError):
            distributed.destroy_process_group()


def _one_line(error: Exception) -> str:
    return f'{type(error).__name__}: {" ".join(str(error).split())}'
