"""Layouts that are mirrored, cut and warped."""

from typing import Any

import numpy as np
import torch

from ..datasets.transforms.warping import displacement, warp
from ..structures import nearest_resize
from .layout_pair import LayoutPair

# Of a crop: this part of height and width at least.
LEAST_CROP = 0.7
# Of a warp: displacements' standard deviation in shares of the shorter side, and their grid.
DEVIATION, GRID = 0.03, 4


def mirrored(pair: LayoutPair, numbers: np.random.Generator) -> tuple[LayoutPair, dict[str, Any]]:
    """Mirror every second layout, left for right; and what was done."""
    if numbers.random() < 0.5:
        return pair, {}
    return LayoutPair(*(np.ascontiguousarray(each[:, ::-1]) for each in pair)), {'flip': True}


def cropped(pair: LayoutPair, numbers: np.random.Generator) -> tuple[LayoutPair, dict[str, Any]]:
    """Cut a part of the layout's shape out, enlarged to the layout's size; and where it was."""
    height, width = pair.labels.shape
    share = numbers.uniform(LEAST_CROP, 1)
    rows, columns = max(round(share * height), 1), max(round(share * width), 1)
    top, left = numbers.integers(height - rows + 1), numbers.integers(width - columns + 1)
    parts = (each[top : top + rows, left : left + columns] for each in pair)
    enlarged = (
        nearest_resize(torch.from_numpy(np.ascontiguousarray(part)), (height, width)).numpy()
        for part in parts
    )
    return LayoutPair(*enlarged), {'crop': [int(top), int(left), rows, columns]}


def warped(pair: LayoutPair, numbers: np.random.Generator) -> tuple[LayoutPair, dict[str, Any]]:
    """Bend all shapes a little, see :class:`WarpLayout`; and that it was done."""
    noise = numbers.normal(size=(GRID, GRID, 2))
    field = displacement(noise, pair.labels.shape, DEVIATION)
    return LayoutPair(*(warp(each, field) for each in pair)), {'warp': True}
