"""Weight initialisation of all networks (the papers': Xavier normal, gain 0.02, biases 0)."""

from torch import nn
from torch.nn.utils import parametrize

from .spectral_norm import refresh_singular_vectors


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
