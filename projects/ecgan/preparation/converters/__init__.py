"""From data sets as they are downloaded to the trees that the recipes read."""

from .camvid import convert_camvid
from .coco_stuff import convert_coco_stuff, draw_instances
from .common_steps import Converted
from .scenes import write_scenes

__all__ = [
    'Converted',
    'convert_camvid',
    'convert_coco_stuff',
    'draw_instances',
    'write_scenes',
]
