"""Weight initialisation shared by all networks (METHOD: Xavier normal, gain 0.02, biases 0)."""

import torch
from torch import nn
from torch.nn.utils import parametrize

# From an arbitrary start vector this many steps bring the largest singular value of a fresh
# random matrix to within a fraction of a per cent; training refines it by one step a forward.
POWER_ITERATIONS = 15


def spectral_norm(conv: nn.Conv2d) -> nn.Conv2d:
    """Divide the weight by its largest singular value, one power iteration per training forward.

    Args:
        conv: Convolution whose weight, as a matrix of out x rest, is normalised.

    Returns:
        The same module, parametrised by :func:`torch.nn.utils.parametrizations.spectral_norm`.
    """
    return nn.utils.parametrizations.spectral_norm(conv)


def refresh_singular_vectors(module: nn.Module, iterations: int = POWER_ITERATIONS) -> None:
    """Bring the stored singular vectors of spectrally normalised weights up to date.

    Args:
        module: Network whose weights were changed from outside.
        iterations: Power iterations to run.
    """
    for layer in module.modules():
        if not parametrize.is_parametrized(layer, 'weight'):
            continue
        parametrization = layer.parametrizations.weight
        with torch.no_grad():
            matrix = parametrization.original.flatten(1)
            parametrization[0]._power_method(matrix, iterations)


def initialize_weights(module: nn.Module, gain: float = 0.02) -> None:
    """Draw every convolution's and linear layer's weight from Xavier's normal, zero the biases.

    MMEngine's ``XavierInit`` writes into ``layer.weight``, which for a spectrally normalised layer
    is a temporary; this writes into the stored weight.

    Args:
        module: Network to initialise in place.
        gain: Factor on the standard deviation.
    """
    for layer in module.modules():
        if not isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            continue
        weight = (
            layer.parametrizations.weight.original
            if parametrize.is_parametrized(layer, 'weight')
            else layer.weight
        )
        nn.init.xavier_normal_(weight, gain=gain)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    refresh_singular_vectors(module)
