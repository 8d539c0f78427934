"""Data structures passed between the parts."""

from .layout import AnyLayout, DenseLayout, Layout, as_layout
from .nearest import nearest_indices, nearest_resize
from .neighbourhoods import NeighbourhoodIndex, RowBags, index_neighbourhoods
from .noisy_layout import NoisyLayout

__all__ = [
    'AnyLayout',
    'DenseLayout',
    'Layout',
    'NeighbourhoodIndex',
    'NoisyLayout',
    'RowBags',
    'as_layout',
    'index_neighbourhoods',
    'nearest_indices',
    'nearest_resize',
]
