"""A generator made ready for inference: the same function with less to compute."""

from copy import deepcopy

import torch
from torch import nn
from torch.nn.utils import parametrize

from ..models.layers import ModulatedNorm


def prepare_for_inference(generator: nn.Module, dtype: torch.dtype | None = None) -> nn.Module:
    """Copy a generator, bake spectral norm into its weights, batch norm into what modulates it.

    What a generator from elsewhere holds beside these stays as it is.

    Args:
        generator: Trained generator; left as it is.
        dtype: Floating point type of the copy, e.g. ``torch.bfloat16``; None keeps the present one.

    Returns:
        A frozen copy in evaluation mode that gives the same images.
    """
    copy = deepcopy(generator).eval()
    for module in [*copy.modules()]:
        if parametrize.is_parametrized(module):
            _bake(module)
        if isinstance(module, ModulatedNorm):
            module.fold_norm()
    copy.requires_grad_(False)
    return copy.to(dtype=dtype, memory_format=torch.channels_last)


def _bake(layer: nn.Module) -> None:
    """Give a layer of a copy its parametrised tensors' present values, in place.

    PyTorch's ``remove_parametrizations`` would take the property off a class that a deep copy
    shares with its source, and so break the source.
    """
    values = {name: getattr(layer, name).detach().clone() for name in layer.parametrizations}
    # PyTorch has put a class of its own before the layer's.
    layer.__class__ = type(layer).__bases__[0]
    del layer.parametrizations
    for name, value in values.items():
        setattr(layer, name, nn.Parameter(value))
