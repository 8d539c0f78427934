"""Hooks of the training loop."""

from .layout_visualization_hook import LayoutVisualizationHook
from .rng_state_hook import RandomStateHook

__all__ = ['LayoutVisualizationHook', 'RandomStateHook']
