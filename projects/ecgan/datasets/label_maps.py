"""How a file becomes label ids: the one place, for data sets, inference and the look at new data.

A map is a picture or a NumPy file of ids in one channel (8 or 16 bits, indices of a palette, or
floating-point numbers that are whole), or of RGB colours. Pictures are read as they are displayed:
an EXIF orientation is applied, to maps as to photos.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageOps

from ..errors import ConfigError, DataError

LabelMap: TypeAlias = str | Path | np.ndarray | Image.Image

#: Id of unknown pixels.
UNKNOWN = 255
#: Ends of the names of files that may be label maps; JPEG changes pixels.
MAP_SUFFIXES = ('.png', '.bmp', '.tif', '.tiff', '.npy')
_NUMPY_FILE = b'\x93NUMPY'
_INT32 = np.iinfo(np.int32)


def map_values(source: LabelMap | bytes, name: str) -> np.ndarray:
    """Read a map with its values unchanged.

    Args:
        source: A file, its content, a picture or an array.
        name: What errors call it.

    Returns:
        Ids (H, W) or RGB colours (H, W, 3), uint8 or, where there are more bits, int32.

    Raises:
        DataError: It cannot be read, holds no whole numbers, or is of another shape.
    """
    if isinstance(source, np.ndarray):
        values = source
    else:
        try:
            values = _decoded(source)
        except Exception as error:
            raise DataError(f'cannot read {name} as a picture') from error
    if values.dtype == bool:
        values = values.astype(np.uint8)
    if values.ndim == 3 and values.shape[2] in (2, 4) and (values[..., -1] == 255).all():
        values = values[..., :-1]  # an alpha channel that hides nothing
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if not values.size or (values.ndim != 2 and not (values.ndim == 3 and values.shape[2] == 3)):
        raise DataError(
            f'{name}: a label map has ids in one channel or RGB colours in three, this is of shape '
            f'{values.shape}'
        )
    return values if values.dtype == np.uint8 else _whole(values, name)


def _decoded(source: str | Path | bytes | Image.Image) -> np.ndarray:
    if isinstance(source, Image.Image):
        return np.asarray(ImageOps.exif_transpose(source))
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    if content.startswith(_NUMPY_FILE):
        return np.load(io.BytesIO(content), allow_pickle=False)
    with Image.open(io.BytesIO(content)) as picture:
        # Pillow leaves the indices of a palette alone; OpenCV would turn them into colours.
        return _decoded(picture)


def _whole(values: np.ndarray, name: str) -> np.ndarray:
    """The values as int32, where they are whole numbers of that range."""
    if values.dtype.kind not in 'iuf':
        raise DataError(f'{name}: a label map holds whole numbers, not {values.dtype}')
    if values.dtype.kind == 'f':
        broken = ~np.isfinite(values) | (values != np.rint(values))
        if broken.any():
            raise DataError(
                f'{name}: a label map holds whole numbers, but {int(broken.sum())} of its '
                f'{values.size} values of {values.dtype} are none, the first is '
                f'{values[broken][0]}; ids were blended or scaled, write them anew'
            )
    if values.min() < _INT32.min or values.max() > _INT32.max:
        raise DataError(f'{name}: {values.min()} to {values.max()} are no label ids')
    return values.astype(np.int32)


@dataclass(frozen=True)
class LabelCoding:
    """What the values of label maps mean.

    Attributes:
        colours: RGB colour of each id in the files, for maps of colours; of ids that share a colour
            the first has it. None: maps of colours are refused.
        label_map: Id in the files -> id of the layout, or 255 for unknown; an id that is not in it
            stays. Pairs do as well.
        reduce_zero_label: In the files 0 means unknown and classes start at 1.

    Raises:
        ConfigError: ``label_map`` and ``reduce_zero_label`` are both given, or a colour is not
            three numbers from 0 to 255.
    """

    colours: Sequence[Sequence[int]] | None = None
    label_map: Mapping[int, int] = field(default_factory=dict)
    reduce_zero_label: bool = False

    def __post_init__(self) -> None:
        # Sorted, as MMEngine writes a config: what is said does not depend on the order.
        label_map = dict(sorted(dict(self.label_map or ()).items()))
        object.__setattr__(self, 'label_map', label_map)
        if self.label_map and self.reduce_zero_label:
            raise ConfigError('label_map says it all: leave reduce_zero_label out, with 0: 255 in')
        if self.colours is not None:
            colours = tuple(tuple(int(channel) for channel in colour) for colour in self.colours)
            object.__setattr__(self, 'colours', colours or None)
        for colour in self.colours or ():
            if len(colour) != 3 or not all(0 <= channel <= 255 for channel in colour):
                raise ConfigError(f'a colour is three numbers from 0 to 255, got {colour}')

    def ids(self, values: np.ndarray, name: str) -> np.ndarray:
        """Layout ids of a map.

        Args:
            values: What :func:`map_values` gave.
            name: What errors call it.

        Returns:
            (H, W) of a whole-number type.

        Raises:
            DataError: It holds colours and none are expected, or a colour that no id has.
        """
        if values.ndim == 3:
            values = self._ids_of_colours(values, name)
        if self.reduce_zero_label:
            is_unknown = (values == 0) | (values == UNKNOWN)
            return np.where(is_unknown, UNKNOWN, values - 1).astype(values.dtype)
        if not self.label_map:
            return values
        mapped = values.copy()
        if max(self.label_map.values()) > np.iinfo(mapped.dtype).max:
            mapped = mapped.astype(np.int32)
        for old, new in self.label_map.items():
            mapped[values == old] = new
        return mapped

    def in_files(self, ids: np.ndarray) -> np.ndarray:
        """Ids as label maps of this coding have them: what :meth:`ids` turns into the ids given.

        Args:
            ids: Layout ids, of any shape.

        Returns:
            Of the same shape and type.
        """
        if self.reduce_zero_label:
            return np.where(ids == UNKNOWN, 0, ids + 1).astype(ids.dtype)
        written = ids.copy()
        for old, new in reversed(self.label_map.items()):
            # An id that the table leaves as it is needs no other.
            if new in self.label_map and self.label_map[new] != new:
                written[ids == new] = old
        return written

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


def colour_numbers(colours: np.ndarray) -> np.ndarray:
    """One number for each RGB colour ``(..., 3)`` of 0 to 255: int32, 65536 R + 256 G + B."""
    red, green, blue = (colours[..., channel].astype(np.int32) for channel in range(3))
    return (red << 16) + (green << 8) + blue


def number_colour(number: int) -> tuple[int, int, int]:
    """The RGB colour of a number, see :func:`colour_numbers`."""
    return number >> 16, number >> 8 & 255, number & 255


def read_ids(label_map: LabelMap, coding: LabelCoding, name: str = '') -> np.ndarray:
    """Label ids of a map.

    Args:
        label_map: A file, a picture or an array, see :func:`map_values`.
        coding: What its values mean.
        name: What errors call it; the file's own name where it is a file.

    Returns:
        (H, W) int64.

    Raises:
        DataError: It is no picture, holds no whole numbers, or a colour that no class has.
    """
    if isinstance(label_map, str | Path):
        name = str(label_map)
    elif not isinstance(label_map, Image.Image):
        label_map = np.asarray(label_map)
    return coding.ids(map_values(label_map, name), name).astype(np.int64)
