"""Discriminators."""

from .multi_modality_discriminator import MultiModalityDiscriminator, split_pairs

__all__ = ['MultiModalityDiscriminator', 'split_pairs']
