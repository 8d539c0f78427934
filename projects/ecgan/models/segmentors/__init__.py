"""Frozen mmsegmentation models, which judge images and stand in for the label generator."""

from .inputs import to_segmentor_input
from .segmentor import Segmentor, find_segmentor_config, zoo_weights_url

__all__ = [
    'Segmentor',
    'find_segmentor_config',
    'to_segmentor_input',
    'zoo_weights_url',
]
