"""From a checked config to a run that ends well."""

import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from torch import distributed

from ..errors import CheckpointError, ConfigError, InterruptionError
from ..launcher_variables import rank_of_process
from .configuration import check_config
from .hooks import InterruptionHook, ProgressHook
from .quiet_runner import QuietRunner
from .work_dir_lock import locked_work_dir


def build_runner(cfg: Config, quiet: bool = False) -> Runner:
    """Check a config, then build its runner, which makes the work dir.

    Args:
        cfg: The resolved config.
        quiet: Whether the console shows warnings and errors only.

    Raises:
        ConfigError: The config names a type that is not registered, or has no model.
    """
    check_config(cfg)
    if not cfg.get('model'):
        raise ConfigError(f'the config {cfg.filename} has no model')
    if 'runner_type' in cfg:
        return RUNNERS.build(cfg)
    return (QuietRunner if quiet else Runner).from_cfg(cfg)


def is_first_process() -> bool:
    """Whether this is the first of several processes, before they know each other."""
    return rank_of_process() in (None, '0')


def sole_training(work_dir: str) -> AbstractContextManager[None]:
    """Hold the work dir for a training; the first of several processes does.

    Args:
        work_dir: The folder, see :func:`locked_work_dir`.
    """
    return locked_work_dir(work_dir) if is_first_process() else nullcontext()


@contextmanager
def config_of_what_ran(cfg: Config) -> Iterator[None]:
    """Around a training: where its checkpoint is refused, the work dir keeps its former config.

    MMEngine writes the config there before it reads the checkpoint.
    """
    saved = Path(cfg.work_dir, Path(cfg.filename or '').name)
    former = saved.read_bytes() if cfg.filename and saved.is_file() else None
    try:
        yield
    except CheckpointError:
        if former is not None and is_first_process():
            saved.write_bytes(former)
        raise


@contextmanager
def running(runner: Runner) -> Iterator[None]:
    """Around a run: an error's traceback goes into its log file, and a group of processes is left.

    An interruption in good order leaves no traceback.
    """
    interruption = None
    try:
        yield
    except InterruptionError as error:
        interruption = error
    except Exception:
        # By name, not through the logger: a rank other than 0 has no log file of its own.
        log = Path(runner.log_dir) / f'{runner.timestamp}.log'
        # A full disk takes no traceback, and is what the user is to be told.
        with suppress(OSError), open(log, 'a', encoding='utf-8') as file:
            file.write(f'rank {runner.rank}:\n{traceback.format_exc()}')
        raise
    finally:
        # What is said at the end of a tool comes below the bar.
        for hook in runner.hooks:
            if isinstance(hook, InterruptionHook | ProgressHook):
                hook.close()
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()
    if interruption is not None:
        raise interruption
