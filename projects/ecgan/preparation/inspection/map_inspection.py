"""A look at one label map: what is stored in it, how often, and where values lie."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...datasets.label_files import (
    MapForm,
    Reading,
    StoredMap,
    read_stored,
    sample_keys,
)
from .edge_values import NO_EDGE_VALUES, EdgeValues, edge_values
from .photo_inspection import THUMBNAIL, digest_of

#: Of a map with more values than this the most frequent are kept: it is no label map.
MOST_VALUES = 512


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
        places: What surrounds the values.
        digest: Digest of the pixels, with the colours that a palette gives them.
        thumbnail: Small map, of samples that are shown.
    """

    size: tuple[int, int]
    form: MapForm
    values: dict[int, int]
    num_values: int
    hidden: int
    digest: str
    places: EdgeValues = NO_EDGE_VALUES
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
            between[value] += self.places.between.get(key, 0)
        inner = {value for key, value in zip(keys, meant) if key in self.places.inner}
        return ReadMap(chosen.is_of_colours(self.form), counts, between, inner)


class ReadMap(NamedTuple):
    """What a map holds by a reading.

    Attributes:
        is_colour: Whether values are numbers of colours; otherwise ids.
        counts: Pixels of each.
        between: Those with a lower and a higher value near.
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
    is_looked_at = 2 < len(present) <= MOST_VALUES
    shown = present.tolist() if stored.form.palette else []
    step = -(-max(stored.shape) // THUMBNAIL)
    return MapInspection(
        size=stored.shape,
        form=stored.form,
        values=dict(zip(present[most].tolist(), counts[most].tolist())),
        num_values=len(present),
        hidden=0 if is_seen is None else int(np.count_nonzero(stored.hidden)),
        digest=digest_of(stored.samples) + str([*map(stored.form.palette.__getitem__, shown)]),
        places=edge_values(stored, keys, present) if is_looked_at else NO_EDGE_VALUES,
        thumbnail=stored.thinned(step) if keep_thumbnail else None,
    )


def _count(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The keys that occur, and how often."""
    if keys.dtype == np.uint8:
        counts = np.bincount(keys.ravel(), minlength=256)
        present = np.flatnonzero(counts)
        return present, counts[present]
    return np.unique(keys, return_counts=True)
