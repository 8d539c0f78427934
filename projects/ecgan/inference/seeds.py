"""Which of the many pictures of a layout a generator with noise makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from torch import Tensor

from ..errors import DataError
from ..models.generators import LayoutNoise
from ..structures import Layout, NoisyLayout

Region: TypeAlias = np.ndarray | int


@dataclass(frozen=True)
class Seeds:
    """A seed of a picture's noise, and other seeds of the noise inside regions.

    Attributes:
        first: Seed of the picture.
        regions: Region and seed, each over those before it. A region is a mask, bool (H, W) of the
            label map's size, or the id of a class.

    Example:
        >>> Seeds(3).anew(region=5, seed=8)  # picture 3, but all of class 5 as in picture 8
        Seeds(first=3, regions=((5, 8),))
    """

    first: int = 0
    regions: tuple[tuple[Region, int], ...] = ()

    def anew(self, region: Region, seed: int) -> Seeds:
        """The same noise but for a region, see the class, where it comes from another seed."""
        return replace(self, regions=(*self.regions, (region, seed)))

    def masks(self, labels: np.ndarray, name: str) -> list[np.ndarray]:
        """The regions of a label map.

        Args:
            labels: (H, W) class ids.
            name: What errors call the map.

        Returns:
            bool (H, W) each.

        Raises:
            DataError: A mask has another size than the map.
        """
        regions = [
            labels == region if np.ndim(region) == 0 else np.asarray(region, bool)
            for region, _ in self.regions
        ]
        for mask in regions:
            if mask.shape != labels.shape:
                raise DataError(
                    f'{name} is {labels.shape[1]}x{labels.shape[0]} (width x height), but a region '
                    f'to draw anew is of shape {mask.shape}'
                )
        return regions

    def join(self, noise: LayoutNoise, layout: Layout, masks: Sequence[Tensor]) -> NoisyLayout:
        """One layout of ``(H, W)`` with this noise; the regions' masks are bool ``(H, W)`` each."""
        joined = noise(layout, [self.first])
        for mask, (_, seed) in zip(masks, self.regions, strict=True):
            joined = joined.replaced(mask.unsqueeze(0), noise(layout, [seed]))
        return joined
