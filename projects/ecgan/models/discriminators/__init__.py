"""Discriminators."""

from .adaptive_augmentation import AdaptiveAugmentation
from .multi_modality_discriminator import MultiModalityDiscriminator, judge_pairs, split_pairs
from .pair_discriminator import PairDiscriminator
from .segmentor_discriminator import SegmentorDiscriminator
from .slim_stylegan2_discriminator import slim_stylegan2_discriminator

__all__ = [
    'AdaptiveAugmentation',
    'MultiModalityDiscriminator',
    'PairDiscriminator',
    'SegmentorDiscriminator',
    'judge_pairs',
    'slim_stylegan2_discriminator',
    'split_pairs',
]
