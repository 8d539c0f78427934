"""From a checked config to a run that ends well."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from torch import distributed

from .configuration import check_config
from .hooks import ProgressHook
from .quiet_runner import QuietRunner


def build_runner(cfg: Config, quiet: bool = False) -> Runner:
    """Check a config, then build its runner, which makes the work dir.

    Args:
        cfg: The resolved config.
        quiet: Whether the console shows warnings and errors only.

    Raises:
        ConfigError: The config names a type that is not registered.
    """
    check_config(cfg)
    if 'runner_type' in cfg:
        return RUNNERS.build(cfg)
    return (QuietRunner if quiet else Runner).from_cfg(cfg)


@contextmanager
def running(runner: Runner) -> Iterator[None]:
    """Around a run: an error's traceback goes into its log file, and a group of processes is left.

    Args:
        runner: The runner that is used inside.
    """
    try:
        yield
    except Exception:
        # By name, not through the logger: a rank other than 0 has no log file of its own.
        log = Path(runner.log_dir) / f'{runner.timestamp}.log'
        with open(log, 'a', encoding='utf-8') as file:
            file.write(f'rank {runner.rank}:\n{traceback.format_exc()}')
        raise
    finally:
        # What is said at the end of a tool comes below the bar.
        for hook in runner.hooks:
            if isinstance(hook, ProgressHook):
                hook.close()
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()
