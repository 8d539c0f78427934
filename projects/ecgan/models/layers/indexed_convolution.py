"""Convolutions of a layout computed once for each distinct neighbourhood, exactly.

See :mod:`projects.ecgan.structures.neighbourhoods`. All functions are linear algebra on tables
with one row a neighbourhood, so autograd gives exact gradients.
"""

import math

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from ...errors import ConfigError
from ...structures import AnyLayout, Layout, NeighbourhoodIndex, RowBags

MODES = ('auto', 'plain', 'indexed')
# Above this share of distinct neighbourhoods, or with fewer pixels, the plain convolutions are as
# fast (measured on a CPU core, docs/measured_speed.md).
MAX_DISTINCT_SHARE = 0.5
MIN_PIXELS = 128
# Numbers of one table of products: more are made and added channels by channels, 64 MB at a time.
MAX_PRODUCT_ELEMENTS = 2**24


def check_mode(mode: str) -> str:
    """Pass a way of computing on.

    Raises:
        ConfigError: It is not ``auto``, ``plain`` or ``indexed``.
    """
    if mode not in MODES:
        raise ConfigError(f'layout_mode must be one of {MODES}, got {mode!r}')
    return mode


def may_index(mode: str, device: torch.device) -> bool:
    """Whether a layer computes on distinct neighbourhoods where these repeat enough.

    Args:
        mode: ``plain`` never, ``indexed`` always, ``auto`` on CPUs.
        device: Where the layout lives.

    Raises:
        ConfigError: ``indexed`` on a GPU: there it is slower, and gradients of the one GPU that it
            was tried on were off (docs/measured_speed.md).
    """
    if mode == 'indexed' and device.type == 'cuda':
        raise ConfigError(
            "layout_mode='indexed' is for CPUs (on a GPU it is slower, and its gradients are not "
            "exact): take layout_mode='auto'"
        )
    return mode == 'indexed' or (mode == 'auto' and device.type == 'cpu')


def has_codes(layout: AnyLayout, mode: str) -> bool:
    """Whether a layer takes what pixels hold as numbers, and looks up what it computes for each.

    Args:
        layout: Layout at the size of the layer.
        mode: See :func:`may_index`.
    """
    if not isinstance(layout, Layout) or not may_index(mode, layout.device):
        return False
    return mode == 'indexed' or layout.may_repeat


def choose_index(layout: AnyLayout, mode: str) -> NeighbourhoodIndex | None:
    """Index to compute with, or None for the plain way.

    Args:
        layout: Layout at the size of the convolution.
        mode: See :func:`may_index`; only a label map has an index, and ``auto`` takes it only when
            its neighbourhoods repeat.

    Returns:
        The layout's index, or None.
    """
    if not has_codes(layout, mode):
        return None
    if mode == 'indexed':
        return layout.neighbourhoods()
    if len(layout) * math.prod(layout.shape) < MIN_PIXELS:
        return None
    index = layout.neighbourhoods()
    return index if index.distinct_share <= MAX_DISTINCT_SHARE else None


class _RowSums(torch.autograd.Function):
    """Sums of a table's rows; the gradient of a row is a sum as well, of the bags that hold it.

    PyTorch's own gradients add row by row, slower, and in bfloat16 where that is the rows' type:
    what a thousand pixels share then stays at a fraction of its sum. This kernel adds in float32.
    """

    @staticmethod
    def forward(ctx, table: Tensor, bags: RowBags) -> Tensor:
        ctx.bags = bags
        if bags.ids.shape[1] == 1:
            return table.index_select(0, bags.ids[:, 0])
        return F.embedding_bag(bags.ids.flatten(), table, bags.starts, mode='sum')

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None]:
        return _sums_of_users(grad, ctx.bags), None


def _sums_of_users(of_bags: Tensor, bags: RowBags) -> Tensor:
    """For each row the sum over the bags that hold it: ``(B, C)`` to ``(R, C)``."""
    users, starts = bags.users
    return F.embedding_bag(users, of_bags.contiguous(), starts, mode='sum')


def add_rows(table: Tensor, bags: RowBags) -> Tensor:
    """Sums of rows of a table ``(R, C)``, one a bag: ``(B, C)``."""
    return _RowSums.apply(table, bags)


def _convolve_rows(rows: Tensor, bags: RowBags, weight: Tensor) -> Tensor:
    """What windows of a convolution give that see few distinct rows of channels, one row a window.

    A window's result is the sum of what its rows give at its positions: the product is taken once
    for each row and position, and then added, not once for each window.

    Args:
        rows: Channels of what a pixel can hold, ``(R, in)``.
        bags: For each window the pixels: row ``k * k * id + position``.
        weight: ``(out, in, k, k)``.

    Returns:
        Table ``(B, out)``.
    """
    rows = rows.to(weight.dtype)
    parts = weight.split(max(MAX_PRODUCT_ELEMENTS // bags.num_rows, 1))
    tables = []
    for part in parts:
        products = rows @ part.permute(1, 2, 3, 0).flatten(1)
        tables.append(add_rows(products.view(bags.num_rows, len(part)), bags))
    return tables[0] if len(tables) == 1 else torch.cat(tables, dim=1)


def convolve_layout(index: NeighbourhoodIndex, weight: Tensor, bias: Tensor | None) -> Tensor:
    """3 x 3 convolution (pad 1) of the one-hot layout, one row a distinct neighbourhood.

    Args:
        index: Index with U3 windows over K codes.
        weight: ``(out, N', 3, 3)``.
        bias: ``(out,)`` or None.

    Returns:
        Table ``(U3, out)``; ``table[index.pixels_3]`` is the convolution at the pixels.
    """
    table = _convolve_rows(index.codes, index.bags_3, weight)
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
    return _convolve_rows(with_outside, index.bags_5, weight) + bias


def convolve_ids(
    rows: Tensor, ids: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int
) -> Tensor:
    """Convolution of a map that takes few distinct values, given as ids into their table.

    Args:
        rows: Channels of each value ``(R, in)``; row 0, zeros, is the padding.
        ids: Value at each pixel ``(N, h, w)``.
        weight: ``(out, in, k, k)``.
        bias: ``(out,)``.
        stride: Step of the window.
        padding: Zeros around the map.

    Returns:
        What the convolution of ``rows[ids]`` gives, ``(N, out, h', w')``.
    """
    size = weight.shape[-1]
    padded = F.pad(ids, (padding,) * 4)
    windows = padded.unfold(1, size, stride).unfold(2, size, stride)
    shape = windows.shape[:3]
    position = torch.arange(size * size, device=ids.device)
    pixels = windows.reshape(-1, size * size) * (size * size) + position
    out = _convolve_rows(rows, RowBags(pixels, len(rows) * size * size), weight) + bias
    return out.view(*shape, -1).permute(0, 3, 1, 2)


def layout_ids(index: NeighbourhoodIndex, shape: tuple[int, int, int]) -> tuple[Tensor, Tensor]:
    """A layout as table and ids, for :func:`convolve_ids`.

    Returns:
        Channels of each value ``(K, N')`` and the value at each pixel, of shape N, h, w.
    """
    return index.codes, index.windows_3[:, 4][index.pixels_3].view(shape)


def halved_layout_ids(
    index: NeighbourhoodIndex, shape: tuple[int, int, int]
) -> tuple[Tensor, Tensor]:
    """The layout's average pool (3 x 3, stride 2, pad 1, padding not counted) as table and ids.

    Args:
        index: The layout's index at full size.
        shape: N, h, w of the full size.

    Returns:
        Channels of each value ``(U3 + 1, N')`` and the value at each pixel ``(N, h / 2, w / 2)``.
    """
    inside = (index.windows_3 != 0).sum(dim=1, keepdim=True)
    means = F.embedding_bag(index.windows_3, index.codes, mode='sum') / inside
    rows = torch.cat([means.new_zeros(1, means.shape[1]), means])
    return rows, index.pixels_3.view(shape)[:, ::2, ::2] + 1


# Numbers that are modulated at a time: their looked-up rows stay in the cache.
CHUNK_ELEMENTS = 2**18


class _Modulate(torch.autograd.Function):
    """y = act(x * scale + shift) with scale and shift looked up by pixel, act a leaky ReLU.

    Keeps x, y, the table and the pixels' rows for the backward pass, not the two looked-up maps;
    y is what the next convolution keeps anyway, and its sign is that of the leaky ReLU's input.
    """

    @staticmethod
    def forward(ctx, x: Tensor, table: Tensor, lookup: RowBags, slope: float) -> Tensor:
        pixels = lookup.ids[:, 0]
        rows = x.permute(0, 2, 3, 1).flatten(0, 2)
        out = torch.empty_like(rows, memory_format=torch.contiguous_format)
        pixels_at_once = max(CHUNK_ELEMENTS // rows.shape[1], 1)
        for start in range(0, len(rows), pixels_at_once):
            part = slice(start, start + pixels_at_once)
            scale, shift = table.index_select(0, pixels[part]).chunk(2, dim=-1)
            torch.addcmul(shift, rows[part], scale, out=out[part])
            if slope != 1:
                F.leaky_relu_(out[part], slope)
        batch, _, height, width = x.shape
        out = out.view(batch, height, width, -1).permute(0, 3, 1, 2)
        ctx.slope, ctx.lookup = slope, lookup
        ctx.save_for_backward(x, table, out)
        return out

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        x, table, out = ctx.saved_tensors
        rows, grad, out = (t.permute(0, 2, 3, 1).flatten(0, 2) for t in (x, grad, out))
        channels = rows.shape[-1]
        if ctx.slope != 1:
            grad = torch.ops.aten.leaky_relu_backward(grad, out, ctx.slope, True)
        of_x = grad * table[:, :channels].index_select(0, ctx.lookup.ids[:, 0])
        # One half after the other: both together would be the largest tensor of the iteration.
        halves = [_sums_of_users(part, ctx.lookup) for part in (grad * rows, grad)]
        of_table = torch.cat(halves, dim=-1)
        return of_x.view(*x.permute(0, 2, 3, 1).shape).permute(0, 3, 1, 2), of_table, None, None


def modulate(x: Tensor, table: Tensor, lookup: RowBags, slope: float = 1.0) -> Tensor:
    """Y = act(x * scale + shift), scale and shift from a table with one row a neighbourhood.

    Args:
        x: Features ``(N, C, h, w)``.
        table: ``(U, 2C)``: scale, then shift.
        lookup: Row of each pixel: N * h * w bags of one row.
        slope: Negative slope of the leaky ReLU; 1 for none.

    Returns:
        Tensor ``(N, C, h, w)``, channels last in memory.
    """
    return _Modulate.apply(x, table.to(x.dtype), lookup, slope)
