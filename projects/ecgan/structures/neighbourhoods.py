"""Index of the distinct neighbourhoods of a batch of layouts.

What a 3 x 3 convolution of a one-hot layout gives at a pixel depends on nothing but the 3 x 3
labels there, and two convolutions on top of each other on the 5 x 5 labels. Layouts repeat
themselves: of the 65 536 neighbourhoods of a 256 x 256 layout often less than a tenth are
distinct. A convolution then needs to be computed once for each distinct neighbourhood.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

# Bits of a key: an int64 without its sign.
KEY_BITS = 63


@dataclass(frozen=True)
class RowBags:
    """Which rows of a table are added: bag b is the sum of rows ``ids[b]``.

    Attributes:
        ids: Rows of each bag, int64 ``(B, k)``, values below R.
        num_rows: R.
    """

    ids: Tensor
    num_rows: int

    @cached_property
    def users(self) -> tuple[Tensor, Tensor]:
        """The bags that hold each row: bags ``(B * k,)`` by row, and where each row's begin, (R,).

        They serve the gradient, which adds the bags' gradients for each row, in this order.
        """
        rows = self.ids.flatten()
        order = _stable_order(rows, self.num_rows)
        counts = torch.bincount(rows, minlength=self.num_rows)
        starts = counts.cumsum(0).sub_(counts)
        size = self.ids.shape[1]
        return order if size == 1 else order.div(size, rounding_mode='floor'), starts

    @cached_property
    def starts(self) -> Tensor:
        """Where each bag begins in the flattened ids, (B,)."""
        return torch.arange(0, self.ids.numel(), self.ids.shape[1], device=self.ids.device)


@dataclass(frozen=True)
class NeighbourhoodIndex:
    """Distinct neighbourhoods of N label maps of h x w pixels.

    A *code* stands for what one pixel holds (label, boundary, or lying outside the layout).

    Attributes:
        codes: Layout channels of each code that occurs, ``(K, N')``; row 0, zeros, lies outside.
        windows_3: Codes of each distinct 3 x 3 neighbourhood, row-major, ``(U3, 9)``.
        pixels_3: 3 x 3 neighbourhood at each pixel, ``(N * h * w,)``, values below U3.
        shape: N, h, w.
    """

    codes: Tensor
    windows_3: Tensor
    pixels_3: Tensor
    shape: tuple[int, int, int]

    @property
    def windows_5(self) -> Tensor:
        """3 x 3 neighbourhoods (plus one) around the nine inner pixels of each distinct 5 x 5 one.

        Row-major, 0 outside the layout, ``(U5, 9)``.
        """
        return self._fives[0]

    @property
    def pixels_5(self) -> Tensor:
        """5 x 5 neighbourhood at each pixel, ``(N * h * w,)``, values below U5."""
        return self._fives[1]

    @property
    def distinct_share(self) -> float:
        """Distinct 3 x 3 neighbourhoods for each pixel, in (0, 1]."""
        return len(self.windows_3) / len(self.pixels_3)

    @cached_property
    def bags_3(self) -> RowBags:
        """For each 3 x 3 neighbourhood its pixels: row ``9 * code + position``."""
        return RowBags(_with_position(self.windows_3), 9 * len(self.codes))

    @cached_property
    def bags_5(self) -> RowBags:
        """For each 5 x 5 neighbourhood its 3 x 3 ones: row ``9 * (neighbourhood + 1) + position``.

        Rows below 9 lie outside.
        """
        return RowBags(_with_position(self.windows_5), 9 * (len(self.windows_3) + 1))

    @cached_property
    def lookup_3(self) -> RowBags:
        """For each pixel its 3 x 3 neighbourhood."""
        return RowBags(self.pixels_3.unsqueeze(1), len(self.windows_3))

    @cached_property
    def lookup_5(self) -> RowBags:
        """For each pixel its 5 x 5 neighbourhood."""
        return RowBags(self.pixels_5.unsqueeze(1), len(self.windows_5))

    @cached_property
    def _fives(self) -> tuple[Tensor, Tensor]:
        # The four corners of a 3 x 3 square of 3 x 3 neighbourhoods cover its 5 x 5 labels, so they
        # tell 5 x 5 neighbourhoods apart; at the layout's border the ones inside cover all there
        # is. A layout one pixel high or wide has no corners inside.
        telling = ALL if 1 in self.shape[1:] else CORNERS
        around = self.pixels_3.view(self.shape) + 1
        return _distinct(around, len(self.windows_3) + 1, telling)


def _stable_order(ids: Tensor, below: int) -> Tensor:
    """Order in which ids from 0 to below ``below`` are sorted, equal ones as they stand.

    NumPy sorts integers of 16 bits by counting: six times as fast on one core as PyTorch's sort.
    """
    if ids.device.type != 'cpu' or below > 2**32:
        return ids.argsort(stable=True)
    numbers = ids.numpy()
    order = np.argsort(numbers.astype(np.uint16), kind='stable')
    if below > 2**16:
        upper = (numbers >> 16).astype(np.uint16)
        order = order[np.argsort(upper[order], kind='stable')]
    return torch.from_numpy(order)


def index_neighbourhoods(values: Tensor, channels: Tensor) -> NeighbourhoodIndex:
    """Find the distinct neighbourhoods.

    Args:
        values: What each pixel holds, int64 ``(N, h, w)``, values from 0.
        channels: Layout channels of each value, ``(V, N')``.

    Returns:
        The index.
    """
    present, codes = torch.unique(values, return_inverse=True)
    rows = torch.cat([channels.new_zeros(1, channels.shape[1]), channels[present]])
    windows_3, pixels_3 = _distinct(codes + 1, len(rows), ALL)
    return NeighbourhoodIndex(rows, windows_3, pixels_3, tuple(values.shape))


def _with_position(windows: Tensor) -> Tensor:
    """``(U, 9)`` ids as rows of a table that has nine rows an id, one a position."""
    return windows * 9 + torch.arange(9, device=windows.device)


# Rows and columns of a 3 x 3 window.
ALL, CORNERS = (0, 1, 2), (0, 2)


def _distinct(ids: Tensor, size: int, telling: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Distinct 3 x 3 windows, and the window around each pixel.

    Args:
        ids: ``(N, h, w)``, from 1 on; 0 is outside.
        size: Above every id.
        telling: Rows and columns of a window that tell it apart.

    Returns:
        Ids of each distinct window, row-major, ``(U, 9)``; windows ``(N * h * w,)``, below U.
    """
    padded = F.pad(ids, (1, 1, 1, 1))
    rows, bits = _joined(padded, _bits(size), telling, dim=2)
    keys, _ = _joined(rows, bits, telling, dim=1)
    distinct, inverse = torch.unique(keys.reshape(-1), return_inverse=True)
    pixels = torch.arange(len(inverse), device=ids.device)
    example = torch.zeros_like(distinct).scatter_(0, inverse, pixels)
    # A window's upper left corner in the padded map, and its cells from there.
    cells = torch.arange(padded.numel(), device=ids.device).view_as(padded)
    corners = cells[:, :-2, :-2].reshape(-1)[example]
    return padded.view(-1)[corners[:, None] + cells[0, :3, :3].reshape(-1)], inverse


def _joined(ids: Tensor, bits: int, taps: tuple[int, ...], dim: int) -> tuple[Tensor, int]:
    """One number for the ids at ``taps`` along an axis, in the order of their tuples; its bits."""
    if len(taps) * bits > KEY_BITS:
        ids, bits = _numbered(ids)
    length = ids.shape[dim] - 2
    first, *others = (ids.narrow(dim, tap, length) for tap in taps)
    key, key_bits = first, bits
    for part in others:
        if key_bits + bits > KEY_BITS:
            key, key_bits = _numbered(key)
        key, key_bits = (key << bits) | part, key_bits + bits
    return key, key_bits


def _numbered(ids: Tensor) -> tuple[Tensor, int]:
    """The distinct values numbered in their order, and the bits of the numbers."""
    values, numbers = torch.unique(ids, return_inverse=True)
    return numbers, _bits(len(values))


def _bits(size: int) -> int:
    return max(size - 1, 1).bit_length()
