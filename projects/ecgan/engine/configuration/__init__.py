"""A run's config: reading it, changing it as the arguments say, checking it before it runs."""

from ...recipes.loading import config_title, find_config, read_config, variant_names
from .best_keys import check_results
from .changes import (
    add_hooks,
    enable_amp,
    measure_pictures,
    scale_rates,
    use_block_compilation,
)
from .checking import check_config
from .continuing import Changes, check_continuing, find_changes, ways_on
from .reading import merge_options, read_options, read_run_config
from .resuming import checkpoints, is_whole, set_checkpoint, set_resume

__all__ = [
    'Changes',
    'add_hooks',
    'check_config',
    'check_continuing',
    'check_results',
    'checkpoints',
    'config_title',
    'enable_amp',
    'find_changes',
    'find_config',
    'is_whole',
    'measure_pictures',
    'merge_options',
    'read_config',
    'read_options',
    'read_run_config',
    'scale_rates',
    'set_checkpoint',
    'set_resume',
    'use_block_compilation',
    'variant_names',
    'ways_on',
]
