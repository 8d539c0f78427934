"""Layers shared by the networks."""

from .activation import leaky_relu
from .batch_norm import ParameterFreeBatchNorm
from .initialization import initialize_weights, refresh_singular_vectors, spectral_norm
from .recomputation import recomputed
from .spade import LEAKY_SLOPE, SPADENorm, SPADEResidualBlock

__all__ = [
    'LEAKY_SLOPE',
    'ParameterFreeBatchNorm',
    'SPADENorm',
    'SPADEResidualBlock',
    'initialize_weights',
    'leaky_relu',
    'refresh_singular_vectors',
    'recomputed',
    'spectral_norm',
]
