"""Data structures passed between the parts."""

from .layout import AnyLayout, DenseLayout, Layout, as_layout, nearest_indices
from .neighbourhoods import NeighbourhoodIndex, index_neighbourhoods

__all__ = [
    'AnyLayout',
    'DenseLayout',
    'Layout',
    'NeighbourhoodIndex',
    'as_layout',
    'index_neighbourhoods',
    'nearest_indices',
]
