"""Which id each value of a label map is.

A map is a picture or an array of ids in one channel (indices or grey levels of a palette, whole
numbers of up to 32 bits), or of RGB colours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from ...errors import ConfigError, DataError
from .formats import LabelMap, read_stored
from .reading import Reading, sample_keys
from .stored import Colour, MapForm, StoredMap
from .unknown import unknown_id

# So much a channel a colour moves where a drawing's colours are reduced.
_NEAR = 8


def map_values(source: LabelMap | bytes, name: str) -> np.ndarray:
    """Read a map with what its values stand for, by the file alone.

    Args:
        source: A file, its content, a picture or an array.
        name: What errors call it.

    Returns:
        Ids (H, W) or RGB colours (H, W, 3), of a whole-number type.

    Raises:
        DataError: It cannot be read, holds no whole numbers, or is of another shape.
    """
    stored = read_stored(source, name)
    return Reading().for_file(stored.form, present_keys(stored)).values(stored, name)


def instance_ids(stored: StoredMap) -> np.ndarray:
    """Numbers (H, W) of a map's instances, uint8 or int32; of one in colours those of these."""
    keys = sample_keys(stored.samples, stored.form)
    if keys.dtype == np.int64:
        keys = np.unique(keys, return_inverse=True)[1].reshape(keys.shape)
    return keys if keys.dtype == np.uint8 else keys.astype(np.int32)


def present_keys(stored: StoredMap) -> list[int]:
    """Sorted keys of the samples of a map, see :func:`sample_keys`."""
    keys = sample_keys(stored.samples, stored.form)
    if keys.dtype in (np.uint8, np.uint16):
        return np.flatnonzero(np.bincount(keys.ravel())).tolist()
    return np.unique(keys).tolist()


@dataclass(frozen=True)
class LabelCoding:
    """What the values of label maps mean.

    Attributes:
        colours: RGB colour of each id in the files, for maps of colours; of ids that share a colour
            the first has it. None: maps of colours are refused.
        label_map: Id in the files -> id of the layout, or :attr:`unknown`; an id that is not in it
            stays. Pairs do as well.
        reduce_zero_label: In the files 0 means unknown and classes start at 1.
        reading: What the samples of the files stand for.
        num_classes: Number of classes of the layout, which says what unknown is; None: few.
        of_classes: The colours are those of classes, where ids in the files are numbered otherwise:
            maps of colours are read past ``label_map`` and ``reduce_zero_label``.

    Raises:
        ConfigError: ``label_map`` and ``reduce_zero_label`` are both given, or a colour is not
            three numbers from 0 to 255.
    """

    colours: Sequence[Sequence[int]] | None = None
    label_map: Mapping[int, int] = field(default_factory=dict)
    reduce_zero_label: bool = False
    reading: Reading = field(default_factory=Reading)
    num_classes: int | None = None
    of_classes: bool = False

    def __post_init__(self) -> None:
        # Sorted, as MMEngine writes a config: what is said does not depend on the order.
        label_map = dict(sorted(dict(self.label_map or ()).items()))
        object.__setattr__(self, 'label_map', label_map)
        object.__setattr__(self, 'reading', Reading.of(self.reading))
        if self.label_map and self.reduce_zero_label:
            raise ConfigError('label_map says it all: leave reduce_zero_label out, with 0: 255 in')
        if self.colours is not None:
            colours = tuple(tuple(int(channel) for channel in colour) for colour in self.colours)
            object.__setattr__(self, 'colours', colours or None)
        for colour in self.colours or ():
            if len(colour) != 3 or not all(0 <= channel <= 255 for channel in colour):
                raise ConfigError(f'a colour is three numbers from 0 to 255, got {colour}')

    @property
    def unknown(self) -> int:
        """Id of unknown pixels in the layout: 255, with more than 255 classes 65535."""
        return unknown_id(self.num_classes)

    @property
    def unknown_in_files(self) -> tuple[int, ...]:
        """With ``reduce_zero_label``: what means unknown in the files."""
        # Of 255 classes from 1 on the last one has the number that is unknown otherwise.
        return (0,) if self.num_classes == self.unknown else (0, self.unknown)

    def read(self, stored: StoredMap, name: str) -> np.ndarray:
        """Layout ids of a map as it is stored.

        Args:
            stored: What :func:`~projects.ecgan.datasets.label_files.read_stored` gave.
            name: What errors call it.

        Returns:
            (H, W) of a whole-number type; unknown where there is nothing, and where a number is
            below 0 that ``label_map`` does not name.

        Raises:
            DataError: As :meth:`ids`.
        """
        reading = self.reading_of(stored, name)
        is_hidden = stored.hidden is not None and reading.hidden == 'unknown'
        values = reading.values(stored, name)
        if is_hidden and values.ndim == 3 and self.colours:
            # Colours of what is hidden are of no class.
            values = np.where(stored.hidden[..., None], self.colours[0], values)
        ids = self.ids(values, name)
        if is_hidden:
            ids = self._wide_enough(ids)
            ids[stored.hidden] = self.unknown
        return np.where(ids < 0, self.unknown, ids) if ids.dtype.kind == 'i' else ids

    def reading_of(self, stored: StoredMap, name: str) -> Reading:
        """What the samples of one map stand for, with nothing left open.

        Raises:
            DataError: Its palette is that of a drawing whose colours were reduced.
        """
        colours, form = self.colours or (), stored.form
        present = present_keys(stored) if self.reading.is_open(form, colours) else []
        # Where ids in files are numbered otherwise, the palette's places are not theirs.
        if self.is_renumbered and (not self.of_classes or self._shows_classes(form, present)):
            colours = ()
            present = present_keys(stored) if self.reading.is_open(form) else []
        reading = self.reading.for_file(form, present, colours)
        if colours and form.kind == 'palette' and reading.palette == 'index' and present:
            check_drawing(form, present, colours, name)
        return reading

    def ids(self, values: np.ndarray, name: str) -> np.ndarray:
        """Layout ids of a map.

        Args:
            values: Ids (H, W) or RGB colours (H, W, 3).
            name: What errors call it.

        Returns:
            (H, W) of a whole-number type.

        Raises:
            DataError: It holds colours and none are expected, or a colour that no id has.
        """
        if values.ndim == 3:
            values = self._ids_of_colours(values, name)
            if self.of_classes and self.is_renumbered:
                return values
        if self.reduce_zero_label:
            reduced = self._wide_enough(values - (values != 0))
            reduced[np.isin(values, self.unknown_in_files)] = self.unknown
            return reduced
        if not self.label_map:
            return values
        mapped = self._wide_enough(values)
        for old, new in self.label_map.items():
            mapped[values == old] = new
        return mapped

    @property
    def is_renumbered(self) -> bool:
        """Whether a class has another id in the files."""
        moved = (old != new != self.unknown for old, new in self.label_map.items())
        return self.reduce_zero_label or any(moved)

    def in_files(self, ids: np.ndarray) -> np.ndarray:
        """Ids as label maps of this coding have them: what :meth:`ids` turns into the ids given.

        Args:
            ids: Layout ids, of any shape.

        Returns:
            Of the same shape, and type where it holds them.
        """
        if self.reduce_zero_label:
            return np.where(ids == self.unknown, 0, ids + 1).astype(ids.dtype)
        written = _holding(ids, self.label_map)
        for old, new in reversed(self.label_map.items()):
            # An id that the table leaves as it is needs no other.
            if new in self.label_map and self.label_map[new] != new:
                written[ids == new] = old
        return written

    def _wide_enough(self, values: np.ndarray) -> np.ndarray:
        """A copy whose type holds the ids of the layout, too."""
        return _holding(values, (*self.label_map.values(), self.unknown))

    def _shows_classes(self, form: MapForm, present: Sequence[int]) -> bool:
        """Whether each index of a palette shows the colour of the class that it means."""
        if form.kind != 'palette':
            return False
        ids = self.ids(np.array(present, np.int64), '').tolist()
        shown = [form.palette[index] for index in present if index < len(form.palette)]
        return all(
            id >= len(self.colours) or self.colours[id] == colour for id, colour in zip(ids, shown)
        )

    @cached_property
    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        """Sorted numbers of the colours, and their ids."""
        numbers, ids = np.unique(
            colour_numbers(np.array(self.colours).reshape(-1, 3)), return_index=True
        )
        return numbers, ids

    def _ids_of_colours(self, values: np.ndarray, name: str) -> np.ndarray:
        if self.colours is None:
            raise DataError(
                f'{name} must hold ids in one channel, but is an array of shape {values.shape}; '
                'say which colour is which id with label_colours of the data set'
            )
        if values.min() < 0 or values.max() > 255:
            raise DataError(f'{name}: {values.min()} to {values.max()} are no colours')
        present, (known, ids) = colour_numbers(values), self._table
        places = np.minimum(np.searchsorted(known, present), len(known) - 1)
        is_alien = known[places] != present
        if is_alien.any():
            alien = np.unique(present[is_alien])
            raise DataError(
                f'{name}: {len(alien)} of its {len(np.unique(present))} colours are of no class, '
                f'the first is {number_colour(int(alien[0]))} (RGB); give ids, or colours of the '
                'palette that the model was trained with'
            )
        return ids[places].astype(np.uint8 if len(self.colours) <= 256 else np.int32)


def _holding(values: np.ndarray, others: Iterable[int]) -> np.ndarray:
    """A copy of ids, of their type if it holds the others too, or else of int32."""
    held = np.iinfo(values.dtype)
    fits = all(held.min <= other <= held.max for other in others)
    return values.copy() if fits else values.astype(np.int32)


def check_drawing(
    form: MapForm, present: Sequence[int], colours: Sequence[Colour], name: str
) -> None:
    """Refuse a palette whose indices would be ids, and whose colours are nearly those of others.

    Programs that reduce the colours of a drawing to a palette move them a little.

    Args:
        form: How the file says its samples: by a palette.
        present: Indices that it holds.
        colours: Colour of each id.
        name: What the error calls the file.

    Raises:
        DataError: Every colour is near one of a class, and some index is of another class.
    """
    indices = np.array([index for index in present if index < len(form.palette)], np.int64)
    if len(indices) < 2:
        return
    shown = np.array(form.palette, np.int64)[indices]
    distances = abs(shown[:, None] - np.array(colours, np.int64)).max(-1)
    own = np.full(len(indices), _NEAR + 1)
    is_id = indices < len(colours)
    own[is_id] = distances[is_id, indices[is_id]]
    is_near, is_grey = distances.min(1) <= _NEAR, (shown == shown[:, :1]).all()
    is_alien = distances.min(1) > 0
    if is_near.all() and is_alien.any() and (own > _NEAR).any() and not is_grey:
        raise DataError(
            f'{name} is a picture with a palette of {len(indices)} colours that are nearly those '
            f'of classes, in another order, {int(is_alien.sum())} not quite, the first is '
            f'{tuple(shown[is_alien][0].tolist())} (RGB); its colours were reduced: save it in '
            'RGB with the exact colours, or as ids'
        )


def colour_numbers(colours: np.ndarray) -> np.ndarray:
    """One number for each RGB colour ``(..., 3)`` of 0 to 255: int32, 65536 R + 256 G + B."""
    red, green, blue = (colours[..., channel].astype(np.int32) for channel in range(3))
    return (red << 16) + (green << 8) + blue


def number_colour(number: int) -> tuple[int, int, int]:
    """The RGB colour of a number, see :func:`colour_numbers`."""
    return number >> 16, number >> 8 & 255, number & 255


def read_ids(label_map: LabelMap | bytes, coding: LabelCoding, name: str = '') -> np.ndarray:
    """Label ids of a map.

    Args:
        label_map: A file, its content, a picture or an array.
        coding: What its values mean.
        name: What errors call it; the file's own name where it is a file.

    Returns:
        (H, W) int64.

    Raises:
        DataError: It is no picture, holds no whole numbers, or a colour that no class has.
    """
    if isinstance(label_map, str | Path):
        name = str(label_map)
    elif not isinstance(label_map, Image.Image | bytes):
        label_map = np.asarray(label_map)
    stored = read_stored(label_map, name, coding.reading.variable)
    return coding.read(stored, name).astype(np.int64)
