"""Frozen mmsegmentation models, which judge images and stand in for the label generator."""

from .inputs import to_segmentor_input
from .segmentor import Segmentor, find_segmentor_config

__all__ = ['Segmentor', 'find_segmentor_config', 'to_segmentor_input']
