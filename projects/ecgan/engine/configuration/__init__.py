"""A run's config: reading it, changing it as the arguments say, checking it before it runs."""

from .changes import (
    add_hooks,
    enable_amp,
    newest_checkpoint,
    scale_rates,
    set_checkpoint,
    set_resume,
    use_block_compilation,
)
from .checking import check_config
from .reading import find_config, merge_options, read_config, read_options, read_run_config

__all__ = [
    'add_hooks',
    'check_config',
    'enable_amp',
    'find_config',
    'merge_options',
    'newest_checkpoint',
    'read_config',
    'read_options',
    'read_run_config',
    'scale_rates',
    'set_checkpoint',
    'set_resume',
    'use_block_compilation',
]
