"""Layers shared by the networks."""

from .activation import leaky_relu
from .batch_norm import ParameterFreeBatchNorm
from .class_adaptive_norm import ClassAdaptiveNorm
from .gating import gated
from .indexed_convolution import may_index
from .initialization import initialize_weights
from .modulated_norm import ModulatedNorm
from .recomputation import recomputed
from .spade import LEAKY_SLOPE, SPADENorm, SPADEResidualBlock
from .spectral_norm import (
    SpectralConv2d,
    SpectralNorm,
    iterated_together,
    refresh_singular_vectors,
    spectral_norm,
)

__all__ = [
    'LEAKY_SLOPE',
    'ClassAdaptiveNorm',
    'ModulatedNorm',
    'ParameterFreeBatchNorm',
    'SPADENorm',
    'SPADEResidualBlock',
    'SpectralConv2d',
    'SpectralNorm',
    'gated',
    'initialize_weights',
    'iterated_together',
    'leaky_relu',
    'may_index',
    'recomputed',
    'refresh_singular_vectors',
    'spectral_norm',
]
