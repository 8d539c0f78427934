"""Hooks of the training loop."""

from .compile_blocks_hook import CompileBlocksHook
from .layout_visualization_hook import LayoutVisualizationHook
from .progress_hook import ProgressHook
from .rng_state_hook import RandomStateHook
from .save_images_hook import SaveImagesHook

__all__ = [
    'CompileBlocksHook',
    'LayoutVisualizationHook',
    'ProgressHook',
    'RandomStateHook',
    'SaveImagesHook',
]
