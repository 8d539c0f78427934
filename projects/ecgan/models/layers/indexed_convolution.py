"""Convolutions of a layout computed once for each distinct neighbourhood, exactly.

See :mod:`projects.ecgan.structures.neighbourhoods`. All functions are linear algebra on tables
with one row a neighbourhood, so autograd gives exact gradients.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from ...structures import DenseLayout, Layout, NeighbourhoodIndex

MODES = ('auto', 'plain', 'indexed')
# Above this share of distinct neighbourhoods the plain convolutions are as fast (measured on two
# CPU cores, docs/performance.md).
MAX_DISTINCT_SHARE = 0.5


def check_mode(mode: str) -> str:
    """Pass a way of computing on.

    Args:
        mode: ``auto``, ``plain`` or ``indexed``.

    Returns:
        The same.

    Raises:
        ValueError: If it is another.
    """
    if mode not in MODES:
        raise ValueError(f'modulation must be one of {MODES}, got {mode!r}')
    return mode


def choose_index(layout: Layout | DenseLayout, mode: str) -> NeighbourhoodIndex | None:
    """Index to compute with, or None for the plain way.

    Args:
        layout: Layout at the size of the convolution.
        mode: ``plain`` never, ``indexed`` always (where the layout is a label map), ``auto`` where
            it is faster: on CPUs, when neighbourhoods repeat. On GPUs making the index would wait
            for the device.

    Returns:
        The layout's index, or None.
    """
    if mode == 'plain' or not isinstance(layout, Layout):
        return None
    if mode == 'auto' and layout.device.type != 'cpu':
        return None
    index = layout.neighbourhoods()
    return index if mode == 'indexed' or index.distinct_share <= MAX_DISTINCT_SHARE else None


def convolve_layout(index: NeighbourhoodIndex, weight: Tensor, bias: Tensor | None) -> Tensor:
    """3 x 3 convolution (pad 1) of the one-hot layout, one row a distinct neighbourhood.

    A window's result is the sum of nine columns of the weight, one a position, picked by code.

    Args:
        index: Index with U3 windows over K codes.
        weight: ``(out, N', 3, 3)``.
        bias: ``(out,)`` or None.

    Returns:
        Table ``(U3, out)``; ``table[index.pixels_3]`` is the convolution at the pixels.
    """
    columns = index.codes.to(weight.dtype) @ weight.permute(2, 3, 1, 0).flatten(0, 1)
    num_codes = len(index.codes)
    position = torch.arange(9, device=weight.device) * num_codes
    table = F.embedding_bag(index.windows_3 + position, columns.flatten(0, 1), mode='sum')
    return table if bias is None else table + bias


def convolve_hidden(
    index: NeighbourhoodIndex, hidden: Tensor, weight: Tensor, bias: Tensor
) -> Tensor:
    """3 x 3 convolution (pad 1) of what a table says of each pixel, one row a 5 x 5 neighbourhood.

    Args:
        index: Index with U5 windows over U3 windows.
        hidden: Table ``(U3, hidden)``.
        weight: ``(out, hidden, 3, 3)``.
        bias: ``(out,)``.

    Returns:
        Table ``(U5, out)``; ``table[index.pixels_5]`` is the convolution at the pixels.
    """
    with_outside = torch.cat([hidden.new_zeros(1, hidden.shape[1]), hidden])
    patches = F.embedding(index.windows_5, with_outside).flatten(1)
    return torch.addmm(bias, patches, weight.permute(2, 3, 1, 0).flatten(0, 2))


class _Modulate(torch.autograd.Function):
    """y = x * scale + shift with scale and shift looked up by pixel.

    Keeps x, the table and the pixels' rows for the backward pass, not the two looked-up maps.
    """

    @staticmethod
    def forward(ctx, x: Tensor, table: Tensor, pixels: Tensor) -> Tensor:
        ctx.save_for_backward(x, table, pixels)
        rows = x.permute(0, 2, 3, 1)
        scale, shift = F.embedding(pixels.view(rows.shape[:3]), table).chunk(2, dim=-1)
        return torch.addcmul(shift, rows, scale).permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        x, table, pixels = ctx.saved_tensors
        rows, grad_rows = x.permute(0, 2, 3, 1), grad.permute(0, 2, 3, 1)
        channels = rows.shape[-1]
        scale = F.embedding(pixels.view(rows.shape[:3]), table[:, :channels])
        of_pixels = torch.cat([grad_rows * rows, grad_rows], dim=-1).flatten(0, 2)
        of_table = torch.ops.aten.embedding_dense_backward(
            of_pixels, pixels, len(table), -1, False
        )
        return (grad_rows * scale).permute(0, 3, 1, 2), of_table, None


def modulate(x: Tensor, table: Tensor, pixels: Tensor) -> Tensor:
    """Y = x * scale + shift, scale and shift from a table with one row a neighbourhood.

    Args:
        x: Features ``(N, C, h, w)``.
        table: ``(U, 2C)``: scale, then shift.
        pixels: Row of each pixel, ``(N * h * w,)``.

    Returns:
        Tensor ``(N, C, h, w)``, channels last in memory.
    """
    return _Modulate.apply(x, table.to(x.dtype), pixels)
