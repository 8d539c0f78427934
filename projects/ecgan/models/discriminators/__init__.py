"""Discriminators."""

from .multi_modality_discriminator import MultiModalityDiscriminator, judge_pairs, split_pairs

__all__ = ['MultiModalityDiscriminator', 'judge_pairs', 'split_pairs']
