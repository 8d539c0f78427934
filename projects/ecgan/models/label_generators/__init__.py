"""Networks that map an image back to layout logits."""

from .frozen_segmentor import FrozenSegmentor
from .label_generator import LabelGenerator

__all__ = ['FrozenSegmentor', 'LabelGenerator']
