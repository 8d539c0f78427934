"""The one nearest rule by which every loss brings labels and predictions to a smaller grid."""

from __future__ import annotations

import torch
from torch import Tensor


def nearest_subsample(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Keep, of the last two axes, source index ``floor(i * in / out)`` for each target index i.

    It is PyTorch's ``nearest`` in integer arithmetic, so that labels of any integer type and
    predictions take the very same pixels, whatever the sizes.

    Args:
        x: Tensor of any type, shape (..., H, W).
        size: Target (h, w).

    Returns:
        Tensor of shape (..., h, w); ``x`` itself where the size is already right.
    """
    height, width = x.shape[-2:]
    if (height, width) == tuple(size):
        return x
    rows = torch.arange(size[0], device=x.device) * height // size[0]
    columns = torch.arange(size[1], device=x.device) * width // size[1]
    return x.index_select(-2, rows).index_select(-1, columns)
