"""A layout joined by noise, from which a generator makes one of many pictures of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from .layout import Layout

if TYPE_CHECKING:
    from typing_extensions import Self


class NoisyLayout(Layout):
    """A layout and, as channels behind its own, noise that is constant within regions.

    A region's noise is one more thing that its pixels hold, so the distinct neighbourhoods are
    those of label, boundary and region: where regions are large, what layers compute once for each
    of them stays little.

    Args:
        plain: The layout.
        regions: Region of each pixel, int64 ``(N, H, W)``, values below R.
        vectors: Noise of each region, ``(R, Z)``.

    Raises:
        ValueError: If a shape does not fit.
    """

    def __init__(self, plain: Layout, regions: Tensor, vectors: Tensor) -> None:
        if regions.shape != plain.labels.shape or vectors.dim() != 2:
            raise ValueError(
                f'regions {tuple(regions.shape)} and labels {tuple(plain.labels.shape)} must have '
                f'one shape, vectors {tuple(vectors.shape)} be (R, Z)'
            )
        super().__init__(plain.labels, plain.num_classes, plain.with_unknown, plain.boundary)
        self.plain = plain
        self.regions = regions
        self.vectors = vectors
        self._codes: tuple[Tensor, Tensor] | None = None

    @property
    def num_channels(self) -> int:
        """N' + Z, the number of channels with those of the noise."""
        return self.plain.num_channels + self.vectors.shape[1]

    @property
    def may_repeat(self) -> bool:
        """Whether neighbourhoods can repeat: not where every pixel is a region of its own."""
        return len(self.vectors) < self.regions.numel()

    def _map(self, function: Callable[[Tensor], Tensor]) -> Self:
        regions = function(self.regions)
        vectors = self.vectors.to(regions.device)
        return type(self)(self.plain._map(function), regions, vectors)

    def one_hot(self, dtype: torch.dtype = torch.float32) -> Tensor:
        """Dense form ``(N, N' + Z, H, W)``, made once per dtype."""
        if dtype not in self._one_hot:
            noise = F.embedding(self.regions, self.vectors.to(dtype)).movedim(-1, 1)
            self._one_hot[dtype] = torch.cat([self.plain.one_hot(dtype), noise], dim=1)
        return self._one_hot[dtype]

    def codes(self) -> tuple[Tensor, Tensor]:
        """What each pixel holds as one number, and the channels of every number that occurs."""
        if self._codes is None:
            values, channels = self.plain.codes()
            values = values + self.regions * len(channels)
            present, codes = torch.unique(values, return_inverse=True)
            noise = self.vectors[present // len(channels)]
            rows = torch.cat([channels[present % len(channels)], noise.to(channels)], dim=1)
            self._codes = codes, rows
        return self._codes

    @staticmethod
    def stacked(layouts: Sequence[NoisyLayout]) -> NoisyLayout:
        """One batch of layouts of one size and the same channels."""
        regions, count = [], 0
        for layout in layouts:
            regions.append(layout.regions + count)
            count += len(layout.vectors)
        plain = Layout.stacked([layout.plain for layout in layouts])
        vectors = torch.cat([layout.vectors for layout in layouts])
        return NoisyLayout(plain, torch.cat(regions), vectors)

    def replaced(self, mask: Tensor, other: NoisyLayout) -> Self:
        """The layout with another's noise inside a mask.

        Args:
            mask: Where, bool ``(N, H, W)``.
            other: The same layout with other noise.
        """
        regions = torch.where(mask, other.regions + len(self.vectors), self.regions)
        return type(self)(self.plain, regions, torch.cat([self.vectors, other.vectors]))
