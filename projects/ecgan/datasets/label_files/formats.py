"""From a file to what it stores: which reader a file has, and which files have none."""

import tempfile
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image, UnidentifiedImageError

from ...errors import DataError, UserError, one_line
from .arrays import stored_array, stored_matlab, stored_numpy
from .pictures import stored_picture
from .stored import StoredMap
from .volumes import VOLUME_SUFFIXES, stored_volume

LabelMap: TypeAlias = str | Path | np.ndarray | Image.Image

#: Ends of the names of files that may be label maps; JPEG changes pixels.
MAP_SUFFIXES = (
    '.png', '.bmp', '.tif', '.tiff', '.gif', '.webp', '.pgm', '.ppm', '.pbm', '.pnm', '.tga',
    '.jp2', '.npy', '.npz', '.mat', *VOLUME_SUFFIXES,
)  # fmt: skip
_NUMPY_STARTS = (b'\x93NUMPY', b'PK\x03\x04')
_MATLAB_START = b'MATLAB 5.0'
_HDF5_START = b'\x89HDF\r\n\x1a\n'
_HDF5_AT = (0, 512)


def map_suffix(name: str) -> str:
    """The end of a file's name that says it may be a label map, in lower case; '': none."""
    lower = name.lower()
    return max((end for end in MAP_SUFFIXES if lower.endswith(end)), key=len, default='')


def read_stored(source: LabelMap | bytes, name: str, variable: str = '') -> StoredMap:
    """Read a map as it is stored.

    Args:
        source: A file, its content, a picture or an array.
        name: What errors call it; its end says the format where the content does not.
        variable: Which array of a file that holds several.

    Raises:
        DataError: It cannot be read, holds no whole numbers, is of another shape, or transparent or
            without a number everywhere.
    """
    if isinstance(source, np.ndarray):
        return _seen(stored_array(source, name), name)
    try:
        if isinstance(source, Image.Image):
            return _seen(stored_picture(source, name), name)
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        stored = _of_content(content, name, variable)
    except UserError:
        raise
    except UnidentifiedImageError as error:
        raise DataError(f'cannot read {name} as a picture') from error
    except Exception as error:  # whatever a decoder makes of a broken file
        raise DataError(f'cannot read {name} as a picture: {one_line(error)}') from error
    return _seen(stored, name)


def _seen(stored: StoredMap, name: str) -> StoredMap:
    form = stored.form
    if form.palette and stored.samples.max() >= len(form.palette):
        raise DataError(
            f'{name} holds index {stored.samples.max()}, its palette has {len(form.palette)} '
            f'colours: ids were cut to {form.bits} bits when it was saved (Pillow does so with a '
            'short palette, to 255 too); save it again with a palette of 256 colours'
        )
    if stored.hidden is not None and stored.hidden.all():
        raise DataError(
            f'{name} is transparent, without data or no number everywhere; save the ids alone'
        )
    return stored


def _of_content(content: bytes, name: str, variable: str) -> StoredMap:
    if not content:
        raise DataError(f'cannot read {name} as a picture: the file is empty')
    if content.startswith(_NUMPY_STARTS):
        return stored_numpy(content, name, variable)
    if content.startswith(_MATLAB_START) and not any(
        content[at:].startswith(_HDF5_START) for at in _HDF5_AT
    ):
        return stored_matlab(content, name, variable)
    if any(content[at : at + 8] == _HDF5_START for at in _HDF5_AT):
        raise DataError(
            f'{name} is an HDF5 file (MATLAB version 7.3), which is not read here: save it with '
            "save(..., '-v7') or as PNG"
        )
    suffix = map_suffix(name)
    if suffix in VOLUME_SUFFIXES:
        return _of_volume(content, name, suffix)
    return stored_picture(content, name)


def _of_volume(content: bytes, name: str, suffix: str) -> StoredMap:
    """Medical formats; their reader takes a file only."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f'map{suffix}')
        path.write_bytes(content)
        return stored_volume(path, name)
