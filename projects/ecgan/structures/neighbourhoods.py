"""Index of the distinct neighbourhoods of a batch of layouts.

What a 3 x 3 convolution of a one-hot layout gives at a pixel depends on nothing but the 3 x 3
labels there, and two convolutions on top of each other on the 5 x 5 labels. Layouts repeat
themselves: of the 65 536 neighbourhoods of a 256 x 256 layout often less than a tenth are
distinct. A convolution then needs to be computed once for each distinct neighbourhood.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

# Bits of a key: an int64 without its sign.
KEY_BITS = 63


@dataclass(frozen=True)
class NeighbourhoodIndex:
    """Distinct neighbourhoods of N label maps of h x w pixels.

    A *code* stands for what one pixel holds (label, boundary, or lying outside the layout).

    Attributes:
        codes: Layout channels of each code that occurs, ``(K, N')``; row 0, zeros, lies outside.
        windows_3: Codes of each distinct 3 x 3 neighbourhood, row-major, ``(U3, 9)``.
        pixels_3: 3 x 3 neighbourhood at each pixel, ``(N * h * w,)``, values below U3.
        windows_5: 3 x 3 neighbourhoods (plus one) around each distinct 5 x 5 neighbourhood's nine
            inner pixels, row-major, 0 outside the layout, ``(U5, 9)``.
        pixels_5: 5 x 5 neighbourhood at each pixel, ``(N * h * w,)``, values below U5.
    """

    codes: Tensor
    windows_3: Tensor
    pixels_3: Tensor
    windows_5: Tensor
    pixels_5: Tensor

    @property
    def distinct_share(self) -> float:
        """Distinct 5 x 5 neighbourhoods for each pixel, in (0, 1]."""
        return len(self.windows_5) / len(self.pixels_5)


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
    # The four corners of a 3 x 3 square of 3 x 3 neighbourhoods cover its 5 x 5 labels, so they
    # tell 5 x 5 neighbourhoods apart; at the layout's border the ones inside cover all there is.
    # A layout one pixel high or wide has no corners inside.
    telling = ALL if 1 in values.shape[-2:] else CORNERS
    windows_5, pixels_5 = _distinct(pixels_3.view_as(values) + 1, len(windows_3) + 1, telling)
    return NeighbourhoodIndex(rows, windows_3, pixels_3, windows_5, pixels_5)


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
