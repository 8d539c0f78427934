"""Transforms: maps from files, edges, instance boundary, warping, packing."""

from .edges import CannyEdges, InstanceBoundary, LabelEdges, boundary_map, canny_edges
from .loading import LoadEdgeMap, LoadInstanceMap, LoadLabelMap, LoadPhoto
from .packing import PackLayoutInputs
from .warping import WarpLayout

__all__ = [
    'CannyEdges',
    'InstanceBoundary',
    'LabelEdges',
    'LoadEdgeMap',
    'LoadInstanceMap',
    'LoadLabelMap',
    'LoadPhoto',
    'PackLayoutInputs',
    'WarpLayout',
    'boundary_map',
    'canny_edges',
]
