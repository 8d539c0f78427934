"""Hooks of the training loop."""

from .compile_blocks_hook import CompileBlocksHook
from .continuing_hook import ContinuingHook
from .interruption_hook import InterruptionHook
from .layout_visualization_hook import LayoutVisualizationHook
from .matching_checkpoint_hook import MatchingCheckpointHook
from .non_finite_hook import NonFiniteHook
from .preflight_hook import PreflightHook
from .progress_hook import ProgressHook
from .rng_state_hook import RandomStateHook
from .save_images_hook import SaveImagesHook

__all__ = [
    'CompileBlocksHook',
    'ContinuingHook',
    'InterruptionHook',
    'LayoutVisualizationHook',
    'MatchingCheckpointHook',
    'NonFiniteHook',
    'PreflightHook',
    'ProgressHook',
    'RandomStateHook',
    'SaveImagesHook',
]
