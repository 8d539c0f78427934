"""The one nearest rule by which layouts, labels and predictions are brought to another grid."""

import torch
from torch import Tensor


def nearest_indices(source: int, target: int, device: torch.device | None = None) -> Tensor:
    """Source index of each target position under nearest resizing: floor(i * source / target)."""
    return torch.arange(target, device=device) * source // target


def nearest_resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize the last two axes.

    It is PyTorch's ``nearest`` in integer arithmetic, so that labels of any integer type and
    predictions take the very same pixels, whatever the sizes.

    Args:
        x: Tensor of any type, shape (..., H, W).
        size: Target (h, w).

    Returns:
        Tensor of shape (..., h, w); ``x`` itself where the size is already right.
    """
    if tuple(x.shape[-2:]) == tuple(size):
        return x
    # Lengths that an export leaves open are no numbers: what divides them is costly to find out.
    known = all(type(length) is int for length in (*x.shape[-2:], *size))
    if known and all(source % target == 0 for source, target in zip(x.shape[-2:], size)):
        down, right = (source // target for source, target in zip(x.shape[-2:], size))
        return x[..., ::down, ::right].contiguous()
    rows, columns = (nearest_indices(*pair, x.device) for pair in zip(x.shape[-2:], size))
    return x.index_select(-2, rows).index_select(-1, columns)
