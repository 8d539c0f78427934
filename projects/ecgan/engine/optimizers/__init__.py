"""Optimisers."""

from .bfloat16_optim_wrapper import Bfloat16OptimWrapper
from .momentum_free_adam import MomentumFreeAdam

__all__ = ['Bfloat16OptimWrapper', 'MomentumFreeAdam']
