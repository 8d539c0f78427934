"""A generator made ready for inference: the same function with less to compute."""

from copy import deepcopy

import torch
from torch import nn
from torch.nn.utils import parametrize

from ..models.layers import SPADENorm


def prepare_for_inference(generator: nn.Module, dtype: torch.dtype | None = None) -> nn.Module:
    """Copy a generator, bake spectral norm into the weights and fold batch norm into SPADE.

    Args:
        generator: Trained generator; left as it is.
        dtype: Floating point type of the copy, e.g. ``torch.bfloat16``; None keeps the present one.

    Returns:
        A frozen copy in evaluation mode that gives the same images.
    """
    copy = deepcopy(generator).eval()
    for module in list(copy.modules()):
        for name, child in module.named_children():
            if parametrize.is_parametrized(child, 'weight'):
                setattr(module, name, _bake(child))
        if isinstance(module, SPADENorm):
            module.fold_norm()
    copy.requires_grad_(False)
    return copy.to(dtype=dtype, memory_format=torch.channels_last)


@torch.no_grad()
def _bake(conv: nn.Conv2d) -> nn.Conv2d:
    """A plain convolution with the parametrised weight's present value.

    PyTorch's ``remove_parametrizations`` would take the property off a class that a deep copy
    shares with its source, and so break the source.
    """
    plain = nn.Conv2d(
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        conv.stride,
        conv.padding,
        bias=conv.bias is not None,
        device=conv.weight.device,
        dtype=conv.weight.dtype,
    )
    plain.weight.copy_(conv.weight)
    if conv.bias is not None:
        plain.bias.copy_(conv.bias)
    return plain.eval()
