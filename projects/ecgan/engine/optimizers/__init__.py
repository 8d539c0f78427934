"""Optimisers."""

from .momentum_free_adam import MomentumFreeAdam

__all__ = ['MomentumFreeAdam']
