"""What runs a training: hooks, optimiser, random state, and the set-up that the tools share."""

from .allocator import keep_freed_memory
from .block_compilation import compile_blocks
from .hooks import (
    CompileBlocksHook,
    ContinuingHook,
    InterruptionHook,
    MatchingCheckpointHook,
    NonFiniteHook,
    PreflightHook,
    ProgressHook,
    RandomStateHook,
)
from .optimizers import Bfloat16OptimWrapper, MomentumFreeAdam
from .quiet_runner import QuietRunner
from .random_state import capture_random_state, restore_random_state

__all__ = [
    'Bfloat16OptimWrapper',
    'CompileBlocksHook',
    'ContinuingHook',
    'InterruptionHook',
    'MatchingCheckpointHook',
    'MomentumFreeAdam',
    'NonFiniteHook',
    'PreflightHook',
    'ProgressHook',
    'QuietRunner',
    'RandomStateHook',
    'capture_random_state',
    'compile_blocks',
    'keep_freed_memory',
    'restore_random_state',
]
