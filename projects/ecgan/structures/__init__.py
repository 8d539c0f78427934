"""Data structures passed between the parts."""

from .layout import DenseLayout, Layout, as_layout, nearest_indices

__all__ = ['DenseLayout', 'Layout', 'as_layout', 'nearest_indices']
