"""Discriminators."""

from .adaptive_augmentation import AdaptiveAugmentation
from .multi_modality_discriminator import MultiModalityDiscriminator, split_pairs
from .pair_discriminator import PairDiscriminator
from .segmentor_discriminator import SegmentorDiscriminator

__all__ = [
    'AdaptiveAugmentation',
    'MultiModalityDiscriminator',
    'PairDiscriminator',
    'SegmentorDiscriminator',
    'split_pairs',
]
