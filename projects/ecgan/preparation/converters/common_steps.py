"""What converters have in common: finding folders, pairing files, writing pictures."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from ...compat.atomic_checkpoints import write_atomically
from ...errors import DataError, MissingFileError

_SHOWN = 5


class Converted(NamedTuple):
    """How many files of a folder were written, and how many were there already."""

    folder: str
    written: int
    kept: int


def listed(folder: Path, suffix: str, archive: str) -> dict[str, Path]:
    """Files of a folder by their name without the suffix; an error names the archive they are from.

    Raises:
        MissingFileError: There is no such folder, or no such file in it.
    """
    files = {path.stem: path for path in sorted(folder.glob(f'*{suffix}'))}
    if not files:
        raise MissingFileError(f'no {suffix} file in {folder}: unpack {archive} there')
    return files


def check_pairs(photos: Iterable[str], maps: Iterable[str], folder: Path) -> None:
    """Every photo needs its map, and every map its photo.

    Raises:
        DataError: Some have none.
    """
    photos, maps = set(photos), set(maps)
    for missing, kind, other in (
        (photos - maps, 'photos', 'map'),
        (maps - photos, 'maps', 'photo'),
    ):
        if missing:
            names = ', '.join(sorted(missing)[:_SHOWN]) + ', ...' * (len(missing) > _SHOWN)
            raise DataError(
                f'{len(missing)} {kind} of {folder} have no {other}: {names}; is an archive '
                'unpacked in part?'
            )


def write_png(values: np.ndarray, path: Path) -> None:
    """Write a map as PNG, whole or not at all: a file that is there is a file that is done."""
    done, content = cv2.imencode('.png', values)
    if not done:
        raise DataError(f'{path}: a map of type {values.dtype} cannot be a PNG')
    write_atomically(content.tobytes(), path)
