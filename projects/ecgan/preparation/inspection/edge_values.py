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
    places = keys if keys.dtype == np.uint8 else np.searchsorted(present, keys)
    names = np.arange(256) if keys.dtype == np.uint8 else present
    levels = _levels(stored).astype(np.float32)
    low, high = cv2.erode(levels, _NEAR), cv2.dilate(levels, _NEAR)
    is_edge, is_between = low < high, (low < levels) & (levels < high)
    between = _counts(places[is_between], names, present)
    inner = _counts(places[~is_edge], names, present)
    if stored.form.kind != 'colours':
        is_edge &= cv2.dilate((keys == UNKNOWN).astype(np.uint8), _NEAR) == 0
    edges, smooth = np.count_nonzero(is_edge), np.count_nonzero(is_edge & is_between)
    return EdgeValues(between, frozenset(inner), int(edges), int(smooth))


def _counts(places: np.ndarray, names: np.ndarray, present: np.ndarray) -> dict[int, int]:
    # Hidden pixels may hold what is not present.
    counts = np.bincount(places.clip(0, len(names) - 1), minlength=len(names))
    known = set(present.tolist())
    return {int(k): int(n) for k, n in zip(names, counts) if n and int(k) in known}


def _levels(stored: StoredMap) -> np.ndarray:
    """How bright each pixel is shown, as what blends pictures sees it."""
    samples, palette = stored.samples, np.array(stored.form.palette or [(0, 0, 0)])
    if stored.form.kind == 'palette':
        return np.pad(palette.sum(1), (0, max(0, 256 - len(palette))))[samples]
    return samples.sum(-1, dtype=np.int64) if samples.ndim == 3 else samples
