"""The config of a run: from its file, with its arguments.

The conventions are the toolbox's: the config is positional, ``--work-dir``, ``--launcher``,
``--cfg-options``.
"""

import argparse
import difflib
import inspect
import os
from collections.abc import Sequence
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from ...errors import ConfigError, one_line
from ...recipes.loading import config_title, read_config

# Entries of a config that are read by name, beside the arguments of Runner.
CONFIG_ENTRIES = (
    'activation_checkpointing',
    'compile',
    'custom_imports',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'model_wrapper_cfg',
    'runner_type',
    'sync_bn',
)


def read_run_config(args: argparse.Namespace) -> Config:
    """Read the config of a run and apply the common arguments; nothing is written.

    Args:
        args: With ``config``, ``cfg_options``, ``launcher``, ``work_dir`` and ``local_rank``.

    Raises:
        MissingFileError: The config does not exist.
        ConfigError: It cannot be read, or an option does not fit it.
    """
    cfg = read_config(args.config)
    options = read_options(args.cfg_options)
    merge_options(cfg, options)
    cfg.launcher = args.launcher
    if cfg.get('work_dir') is None:
        cfg.work_dir = os.path.join('work_dirs', config_title(args.config))
    if args.work_dir:
        if 'default_hooks.checkpoint.out_dir' not in options:
            _let_checkpoints_follow(cfg)
        cfg.work_dir = args.work_dir
    # Runner looks for the local rank in the environment, whatever the launcher was.
    local_rank = os.environ.get('OMPI_COMM_WORLD_LOCAL_RANK', str(args.local_rank))
    os.environ.setdefault('LOCAL_RANK', local_rank)
    return cfg


def _let_checkpoints_follow(cfg: Config) -> None:
    """Have checkpoints written to another work dir than the config's as well.

    Many configs of MMagic name the parent of their work dir a second time, as
    ``default_hooks.checkpoint.out_dir``: with ``--work-dir`` alone the checkpoints would be written
    there still, and not be found by ``--resume``. A folder of another place is meant so.
    """
    saver = (cfg.get('default_hooks') or {}).get('checkpoint') or {}
    parent = saver.get('out_dir')
    if parent and os.path.abspath(parent) == os.path.dirname(os.path.abspath(cfg.work_dir)):
        saver.out_dir = None


def read_options(pairs: Sequence[str]) -> dict[str, Any]:
    """Values of ``--cfg-options``, as MMEngine reads them.

    Args:
        pairs: ``key=value`` texts.

    Returns:
        Values by dotted key.

    Raises:
        ConfigError: The brackets of a value do not match.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument('--pairs', nargs='+', action=DictAction, default={})
    try:
        return parser.parse_args(['--pairs', *pairs] if pairs else []).pairs
    except AssertionError as error:
        raise ConfigError(f'--cfg-options {" ".join(pairs)}: {one_line(error)}') from error


def merge_options(cfg: Config, options: dict[str, Any]) -> None:
    """Merge ``--cfg-options`` into a config.

    Args:
        cfg: Changed in place.
        options: Dotted keys and values.

    Raises:
        ConfigError: A key begins with a name that no config has, or does not fit the config.
    """
    known = {*cfg.keys(), *inspect.signature(Runner.__init__).parameters, *CONFIG_ENTRIES}
    for key in options:
        name = key.split('.')[0]
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f", did you mean '{close[0]}'?" if close else ''
            raise ConfigError(f"--cfg-options {key}: the config has no '{name}'{hint}")
    try:
        cfg.merge_from_dict(options)
    except Exception as error:
        keys = ', '.join(options)
        raise ConfigError(f'--cfg-options {keys}: {one_line(error)}') from error
