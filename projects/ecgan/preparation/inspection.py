"""A look at every pair of files, each decoded once, in several processes."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..datasets.label_files import colour_numbers, map_values
from ..errors import DataError, one_line
from .findings import Finding
from .pairing import Pair
from .parallel import in_processes
from .photo_inspection import THUMBNAIL, PhotoInspection, digest_of, inspect_photo

#: Of a map with more values than this the most frequent are kept: it is no label map.
MOST_VALUES = 512


@dataclass
class MapInspection:
    """What a label map is.

    Attributes:
        size: Height and width.
        kind: 'ids', 'palette' (ids with a palette) or 'colours'.
        values: Pixels of each id, or of each colour's number; at most MOST_VALUES.
        num_values: How many different ones there are.
        palette: Colour of each id that occurs, of a map with a palette.
        is_jpeg: Whether the file is a JPEG.
        digest: Digest of the pixels.
        thumbnail: Small map of the same values, of samples that are shown.
    """

    size: tuple[int, int]
    kind: str
    values: dict[int, int]
    num_values: int
    palette: dict[int, tuple[int, int, int]]
    is_jpeg: bool
    digest: str
    thumbnail: np.ndarray | None = None


@dataclass
class PairInspection:
    """What the files of a pair are; None stands for one that cannot be read."""

    pair: Pair
    photo: PhotoInspection | None = None
    label: MapInspection | None = None
    findings: list[Finding] = field(default_factory=list)


def inspect_all(
    pairs: Sequence[Pair], jobs: int, shown: Iterable[int] = ()
) -> list[PairInspection]:
    """Look at pairs in several processes, with a progress bar; keep small pictures of those shown.

    Raises:
        UserError: A process was ended from outside, as for want of memory.
    """
    shown = set(shown)
    keep = [index in shown for index in range(len(pairs))]
    return in_processes(inspect_pair, pairs, keep, jobs=jobs, doing='looking at pairs')


def inspect_pair(pair: Pair, keep_thumbnails: bool = False) -> PairInspection:
    """Look at the files of one pair."""
    look = PairInspection(pair)

    def note(kind: str, text: str) -> None:
        look.findings.append(Finding(kind, pair.title, text))

    for kind, read in (('photo', inspect_photo), ('label', _inspect_map)):
        path = pair.files[kind]
        try:
            setattr(look, kind, read(path, keep_thumbnails))
        except DataError as error:
            note('unreadable', error.sentence)
        except UnidentifiedImageError:
            note('unreadable', f'cannot read {path}: it is no picture')
        except Exception as error:  # whatever a decoder makes of a broken file
            note('unreadable', f'cannot read {path}: {one_line(error)}')
    if look.photo and look.label and look.photo.size != look.label.size:
        note('size', _sizes(look.photo, look.label))
    sizes = {each.size for each in (look.photo, look.label) if each}
    for kind in ('instance', 'edge'):
        if kind in pair.files and sizes:
            try:
                values = map_values(pair.files[kind], str(pair.files[kind]))
            except DataError as error:
                note('other map', error.sentence)
                continue
            if values.shape not in sizes:
                note('other map', f'the {kind} map is an array of shape {values.shape}')
    return look


def _inspect_map(path: Path, keep_thumbnail: bool) -> MapInspection:
    content, palette, is_jpeg, is_indexed = path.read_bytes(), [], False, False
    if path.suffix.lower() == '.npy':
        values = map_values(content, str(path))
    else:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            is_jpeg, is_indexed = picture.format == 'JPEG', picture.mode == 'P'
            palette = (picture.getpalette() or []) if is_indexed else []
            values = map_values(picture, str(path))
    is_colour = values.ndim == 3
    numbers = colour_numbers(values) if is_colour else values
    present, counts = _count(numbers)
    most = np.argsort(-counts, kind='stable')[:MOST_VALUES]
    return MapInspection(
        size=values.shape[:2],
        kind='colours' if is_colour else 'palette' if is_indexed else 'ids',
        values=dict(zip(present[most].tolist(), counts[most].tolist())),
        num_values=len(present),
        palette={
            index: tuple(palette[3 * index : 3 * index + 3])
            for index in present.tolist()
            if 3 * index + 3 <= len(palette)
        },
        is_jpeg=is_jpeg,
        digest=digest_of(values),
        thumbnail=_thin(values) if keep_thumbnail else None,
    )


def _count(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values that occur, and how often."""
    if numbers.dtype == np.uint8:
        counts = np.bincount(numbers.ravel(), minlength=256)
        present = np.flatnonzero(counts)
        return present, counts[present]
    return np.unique(numbers, return_counts=True)


def _thin(values: np.ndarray) -> np.ndarray:
    """A small map: every n-th value."""
    step = -(-max(values.shape[:2]) // THUMBNAIL)
    return values[step // 2 :: step, step // 2 :: step].copy()


def _sizes(photo: PhotoInspection, label: MapInspection) -> str:
    text = (
        f'the map is {label.size[1]}x{label.size[0]}, the photo {photo.size[1]}x{photo.size[0]} '
        '(width x height)'
    )
    if label.size == photo.size[::-1]:
        text += (
            ': it would fit the photo as it is stored; the photo is read as it is displayed, '
            'turned as its EXIF orientation says'
            if photo.is_turned
            else ': it would fit turned by 90 degrees'
        )
    return text
