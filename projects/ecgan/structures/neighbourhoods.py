"""Index of the distinct neighbourhoods of a batch of layouts.

What a 3 x 3 convolution of a one-hot layout gives at a pixel depends on nothing but the 3 x 3
labels there, and two convolutions on top of each other on the 5 x 5 labels. Layouts repeat
themselves: of the 65 536 neighbourhoods of a 256 x 256 layout often less than a tenth are
distinct. A convolution then needs to be computed once for each distinct neighbourhood.
"""

from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

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
    windows_3, pixels_3 = _distinct(_windows(codes + 1), len(rows))
    # The four corners of a 3 x 3 square of 3 x 3 neighbourhoods cover its 5 x 5 labels, so they
    # tell 5 x 5 neighbourhoods apart; at the layout's border the ones inside cover all there is.
    # A layout one pixel high or wide has no corners inside.
    around = _windows(pixels_3.view_as(values) + 1)
    telling = around if 1 in values.shape[-2:] else [around[i] for i in (0, 2, 6, 8)]
    example, pixels_5 = _first_of_each(telling, len(windows_3) + 1)
    windows_5 = torch.stack([part.reshape(-1)[example] for part in around], dim=1)
    return NeighbourhoodIndex(rows, windows_3, pixels_3, windows_5, pixels_5)


def _windows(ids: Tensor) -> list[Tensor]:
    """The nine shifted views of ``(N, h, w)`` ids, zero outside, row-major."""
    height, width = ids.shape[-2:]
    padded = torch.nn.functional.pad(ids, (1, 1, 1, 1))
    return [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]


def _distinct(parts: list[Tensor], size: int) -> tuple[Tensor, Tensor]:
    """Distinct tuples ``(U, len(parts))`` of ids below ``size``, and the tuple at each pixel."""
    example, inverse = _first_of_each(parts, size)
    return torch.stack([part.reshape(-1)[example] for part in parts], dim=1), inverse


def _first_of_each(parts: list[Tensor], size: int) -> tuple[Tensor, Tensor]:
    """A pixel of each distinct tuple, and the number of the tuple at each pixel."""
    bits = max(size - 1, 1).bit_length()
    while len(parts) * bits > KEY_BITS:
        # Too many bits for one key: number the distinct values of groups first.
        group = max(KEY_BITS // bits, 2)
        numbered = [
            torch.unique(_key(parts[i : i + group], bits), return_inverse=True)
            for i in range(0, len(parts), group)
        ]
        parts = [inverse for _, inverse in numbered]
        bits = max(max(len(values) for values, _ in numbered) - 1, 1).bit_length()
    distinct, inverse = torch.unique(_key(parts, bits).reshape(-1), return_inverse=True)
    pixels = torch.arange(len(inverse), device=inverse.device)
    example = torch.zeros_like(distinct).scatter_(0, inverse, pixels)
    return example, inverse


def _key(parts: list[Tensor], bits: int) -> Tensor:
    return reduce(lambda key, part: (key << bits) | part, parts)
