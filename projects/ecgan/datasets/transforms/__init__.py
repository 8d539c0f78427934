"""Transforms: maps from files, edges, instance boundary, packing."""

from .edges import CannyEdges, InstanceBoundary, LabelEdges, boundary_map, canny_edges
from .loading import LoadEdgeMap, LoadInstanceMap, LoadLabelMap, LoadPhoto
from .packing import PackLayoutInputs

__all__ = [
    'CannyEdges',
    'InstanceBoundary',
    'LabelEdges',
    'LoadEdgeMap',
    'LoadInstanceMap',
    'LoadLabelMap',
    'LoadPhoto',
    'PackLayoutInputs',
    'boundary_map',
    'canny_edges',
]
