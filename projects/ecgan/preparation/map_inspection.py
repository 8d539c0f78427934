"""A look at one label map: what is stored in it, how often, and where values lie."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from ..datasets.label_files import (
    MapForm,
    Reading,
    StoredMap,
    read_stored,
    sample_keys,
)
from .photo_inspection import THUMBNAIL, digest_of

#: Of a map with more values than this the most frequent are kept: it is no label map.
MOST_VALUES = 512
_NEAR = np.ones((5, 5), np.uint8)


@dataclass(eq=False)
class MapInspection:
    """What a label map is.

    Attributes:
        size: Height and width.
        form: How the file says its samples.
        values: Pixels of each key of a sample (see :func:`sample_keys`), at most MOST_VALUES of
            them; those where there is nothing are left out.
        num_values: How many different ones there are.
        hidden: Pixels where there is nothing: transparent, no data, no number.
        between: Pixels of a value that lie between a lower and a higher one, as blended ones do.
        inner: Values that fill at least one square of 5 x 5 pixels.
        edges: Pixels with a neighbour of another value.
        digest: Digest of the pixels, with the colours that a palette gives them.
        thumbnail: Small map, of samples that are shown.
    """

    size: tuple[int, int]
    form: MapForm
    values: dict[int, int]
    num_values: int
    hidden: int
    digest: str
    between: dict[int, int] = field(default_factory=dict)
    inner: frozenset[int] = frozenset()
    edges: int = 0
    thumbnail: StoredMap | None = None

    @property
    def palette(self) -> dict[int, tuple[int, int, int]]:
        """Colour of each index that occurs, of a map with a palette."""
        colours = self.form.palette
        return {index: colours[index] for index in self.values if index < len(colours)}

    def read(self, reading: Reading) -> 'ReadMap':
        """What the samples stand for, by a reading.

        Raises:
            DataError: See :meth:`Reading.values_of`.
        """
        chosen = reading.for_file(self.form, list(self.values))
        keys = list(self.values)
        meant = chosen.values_of(np.array(keys, np.int64), self.form).tolist()
        counts, between = Counter(), Counter()
        for key, value in zip(keys, meant):
            counts[value] += self.values[key]
            between[value] += self.between.get(key, 0)
        inner = {value for key, value in zip(keys, meant) if key in self.inner}
        return ReadMap(chosen.is_of_colours(self.form), counts, between, inner)


class ReadMap(NamedTuple):
    """What a map holds by a reading.

    Attributes:
        is_colour: Whether values are numbers of colours; otherwise ids.
        counts: Pixels of each.
        between: Those that lie between a lower and a higher value.
        inner: Values that fill a square somewhere.
    """

    is_colour: bool
    counts: Counter
    between: Counter
    inner: set[int]


def inspect_map(path: Path, keep_thumbnail: bool, reading: Reading) -> MapInspection:
    """Look at a label map.

    Args:
        path: The file.
        keep_thumbnail: Whether it will be shown.
        reading: What the user has said of the files.

    Raises:
        DataError: It cannot be read as a label map.
    """
    stored = read_stored(path.read_bytes(), str(path), reading.variable)
    keys = sample_keys(stored.samples, stored.form)
    is_seen = None
    if stored.hidden is not None and reading.hidden != 'shown':
        is_seen = ~stored.hidden
    seen = keys if is_seen is None else keys[is_seen]
    present, counts = _count(seen)
    most = np.argsort(-counts, kind='stable')[:MOST_VALUES]
    between, inner, edges = {}, frozenset(), 0
    if 2 < len(present) <= MOST_VALUES:
        between, inner, edges = _places(keys, present, stored)
    shown = present.tolist() if stored.form.palette else []
    step = -(-max(stored.shape) // THUMBNAIL)
    return MapInspection(
        size=stored.shape,
        form=stored.form,
        values=dict(zip(present[most].tolist(), counts[most].tolist())),
        num_values=len(present),
        hidden=0 if is_seen is None else int(np.count_nonzero(stored.hidden)),
        digest=digest_of(stored.samples) + str([*map(stored.form.palette.__getitem__, shown)]),
        between=between,
        inner=inner,
        edges=edges,
        thumbnail=stored.thinned(step) if keep_thumbnail else None,
    )


def _count(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The keys that occur, and how often."""
    if keys.dtype == np.uint8:
        counts = np.bincount(keys.ravel(), minlength=256)
        present = np.flatnonzero(counts)
        return present, counts[present]
    return np.unique(keys, return_counts=True)


def _places(
    keys: np.ndarray, present: np.ndarray, stored: StoredMap
) -> tuple[dict[int, int], frozenset[int], int]:
    """Pixels of each value that lie between others, values that fill a square, pixels on edges."""
    places = keys if keys.dtype == np.uint8 else np.searchsorted(present, keys)
    levels = _levels(stored).astype(np.float32)
    low, high = cv2.erode(levels, _NEAR), cv2.dilate(levels, _NEAR)
    is_between = (low < levels) & (levels < high)
    names = np.arange(256) if keys.dtype == np.uint8 else present
    between = np.bincount(places[is_between].clip(0, len(names) - 1), minlength=len(names))
    inner = np.bincount(places[low == high].clip(0, len(names) - 1), minlength=len(names))
    known = set(present.tolist())
    return (
        {int(k): int(n) for k, n in zip(names, between) if n and int(k) in known},
        frozenset(int(k) for k, n in zip(names, inner) if n and int(k) in known),
        int(np.count_nonzero(low < high)),
    )


def _levels(stored: StoredMap) -> np.ndarray:
    """How bright each pixel is shown, as what blends pictures sees it."""
    samples, palette = stored.samples, np.array(stored.form.palette or [(0, 0, 0)])
    if stored.form.kind == 'palette':
        return np.pad(palette.sum(1), (0, max(0, 256 - len(palette))))[samples]
    return samples.sum(-1, dtype=np.int64) if samples.ndim == 3 else samples
