"""Data sets and transforms: photo, label map, instance map and edges."""

from .label_files import LabelCoding, map_values, read_ids
from .layout_dataset import LayoutImageDataset
from .palettes import LABEL_PRESETS, generated_palette, label_preset
from .procedural_scenes import ProceduralScenes, scene_seed
from .scene_canvas import SCENE_CLASSES, SCENE_PALETTE
from .scene_drawing import draw_scene
from .source_sampler import SourceSampler
from .transforms.edges import CannyEdges, InstanceBoundary, LabelEdges, boundary_map, canny_edges
from .transforms.loading import LoadEdgeMap, LoadInstanceMap, LoadLabelMap, LoadPhoto
from .transforms.packing import PackLayoutInputs
from .transforms.warping import WarpLayout

__all__ = [
    'LABEL_PRESETS',
    'SCENE_CLASSES',
    'SCENE_PALETTE',
    'CannyEdges',
    'InstanceBoundary',
    'LabelCoding',
    'LabelEdges',
    'LayoutImageDataset',
    'LoadEdgeMap',
    'LoadInstanceMap',
    'LoadLabelMap',
    'LoadPhoto',
    'PackLayoutInputs',
    'ProceduralScenes',
    'SourceSampler',
    'WarpLayout',
    'boundary_map',
    'canny_edges',
    'draw_scene',
    'generated_palette',
    'label_preset',
    'map_values',
    'read_ids',
    'scene_seed',
]
