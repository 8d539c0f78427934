"""Data sets and transforms: photo, label map, instance map and edges."""

from .procedural_scenes import ProceduralScenes, scene_seed
from .scene_canvas import SCENE_CLASSES, SCENE_PALETTE
from .scene_drawing import draw_scene

__all__ = ['SCENE_CLASSES', 'SCENE_PALETTE', 'ProceduralScenes', 'draw_scene', 'scene_seed']
