"""Where the values of a map lie: on edges between others, or in areas of their own."""

from typing import NamedTuple

import cv2
import numpy as np

from ...datasets.label_files import UNKNOWN, StoredMap

_NEAR = np.ones((5, 5), np.uint8)


class EdgeValues(NamedTuple):
    """What surrounds the values of a map; near is within a square of 5 x 5 pixels.

    Attributes:
        between: Pixels of a value with a lower and a higher one near, as blended ones have.
        inner: Values that fill a square.
        edges: Pixels with another value near, but not 255, which marks borders in some maps.
        smooth: Those of them with a lower and a higher one near.
    """

    between: dict[int, int]
    inner: frozenset[int]
    edges: int
    smooth: int


#: Of a map of two values, none of which can lie between others.
NO_EDGE_VALUES = EdgeValues({}, frozenset(), 0, 0)


def edge_values(stored: StoredMap, keys: np.ndarray, present: np.ndarray) -> EdgeValues:
    """Look at what surrounds the values.

    Args:
        stored: The map.
        keys: (H, W) of its samples.
        present: The keys that occur, sorted.
    """
    levels = _levels(stored)
    low, high = cv2.erode(levels, _NEAR), cv2.dilate(levels, _NEAR)
    is_edge, is_between = low < high, (low < levels) & (levels < high)
    between = _counts(keys, is_between, present)
    inner = _counts(keys, ~is_edge, present)
    if stored.form.kind != 'colours' and present[-1] >= UNKNOWN:
        is_edge &= cv2.dilate((keys == UNKNOWN).astype(np.uint8), _NEAR) == 0
    edges, smooth = np.count_nonzero(is_edge), np.count_nonzero(is_edge & is_between)
    return EdgeValues(between, frozenset(inner), int(edges), int(smooth))


def _counts(keys: np.ndarray, where: np.ndarray, present: np.ndarray) -> dict[int, int]:
    """How often the keys that are present occur in a part of the pixels."""
    if keys.dtype == np.uint8:
        counts = cv2.calcHist([keys], [0], where.astype(np.uint8), [256], (0, 256))
        counts = counts.ravel()[present].astype(int)
    else:
        # Hidden pixels may hold what is not present.
        found, several = np.unique(keys[where], return_counts=True)
        by_key = dict(zip(found.tolist(), several.tolist()))
        counts = np.array([by_key.get(key, 0) for key in present.tolist()])
    return {int(key): int(n) for key, n in zip(present, counts) if n}


def _levels(stored: StoredMap) -> np.ndarray:
    """How bright each pixel is shown, as what blends pictures sees it: uint8 or float32."""
    samples = stored.samples
    if stored.form.kind == 'palette':
        palette = np.array(stored.form.palette, np.float32).sum(1)
        return np.pad(palette, (0, max(0, 256 - len(palette))))[samples]
    if samples.ndim == 3:
        return samples.sum(-1, dtype=np.float32)
    return samples if samples.dtype == np.uint8 else samples.astype(np.float32)
