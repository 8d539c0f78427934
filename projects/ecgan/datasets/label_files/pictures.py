"""Pictures as label maps: what Pillow opens, with the samples as the file stores them.

Pictures are read as they are displayed: an EXIF orientation is applied, to maps as to photos.
"""

import io
import re
from dataclasses import replace

import numpy as np
from PIL import Image, ImageOps

from ...errors import DataError
from ..opencv_decoding import AS_STORED, decode
from ..tiff_pages import is_tiff
from .arrays import stored_array
from .stored import MapForm, StoredMap
from .tiff import TiffTags

_PNG_START = b'\x89PNG\r\n\x1a\n'
# Modes of Pillow whose arrays hold what the file does; others are spread or converted colours.
_MODES = ('1', 'L', 'P', 'LA', 'PA', 'RGB', 'RGBA', 'RGBX', 'I', 'F', 'I;16', 'I;16B', 'I;16L')
_FULL = {1: 1, 2: 3, 4: 15}
# What changes pixels; JPEG 2000 may, and its files do not tell.
_LOSSY = ('JPEG', 'MPO', 'AVIF', 'HEIF', 'JPEG2000')


def stored_picture(content: bytes | Image.Image, name: str) -> StoredMap:
    """The map of a picture.

    Args:
        content: Of the file, or a picture that Pillow has opened or made.
        name: What errors call it.

    Raises:
        DataError: It has several pages, bands that are no colours, or is transparent in part.
    """
    if isinstance(content, Image.Image):
        return _of_picture(content, name, 0, None)
    tags = TiffTags.of(content, name) if is_tiff(content) else None
    if tags and not tags.is_for_pillow:
        return _of_opencv(content, name, tags)
    with Image.open(io.BytesIO(content)) as picture:
        pages = getattr(picture, 'n_frames', 1)
        if pages > 1 and picture.format != 'MPO':
            raise DataError(
                f'{name} has {pages} pages; a label map has one: save the ids (of pages that are '
                'masks of one class each, the number of the page that is on) as one picture'
            )
        bits = tags.bits if tags else _bits(content, picture)
        picture.load()
        if picture.format == 'PPM':
            picture = _unspread_netpbm(picture, content)
        if bits == 16 and picture.mode not in ('I', 'I;16', 'I;16B', 'I;16L'):
            return _of_opencv(content, name, tags)  # Pillow keeps the high bytes alone
        return _of_picture(picture, name, bits, tags, _is_lossy(content, picture))


def _of_picture(
    picture: Image.Image, name: str, bits: int, tags: TiffTags | None, is_lossy: bool = False
) -> StoredMap:
    if picture.mode not in _MODES:
        raise DataError(f'{name} holds {picture.mode} colours; a label map has ids or RGB colours')
    picture.load()
    hidden_at = picture.info.get('transparency')
    palette, container = _palette(picture), picture.format or ''
    picture = ImageOps.exif_transpose(picture)
    values = np.asarray(picture)
    if not palette and values.dtype != np.uint8 and values.dtype != bool:
        values = values.astype(values.dtype.newbyteorder('='))
    values = _unspread(values, bits, picture)
    form = MapForm(
        'palette' if palette else 'grey' if picture.mode not in ('RGB', 'RGBA') else 'colours',
        bits or 8 * values.dtype.itemsize,
        palette,
        bool(tags and tags.is_white_zero),
        tags.writer if tags else '',
        container,
        is_lossy,
    )
    if tags:
        values = tags.as_stored(values)
    if picture.mode == 'RGBX':
        values = values[..., :3]
    stored = stored_array(values, name, form)
    hidden = _hidden(stored, hidden_at, name)
    return _without_no_data(StoredMap(stored.samples, form, _either(stored.hidden, hidden)), tags)


def _of_opencv(content: bytes, name: str, tags: TiffTags | None) -> StoredMap:
    """What Pillow would cut down to 8 bits, or does not know."""
    try:
        values = decode(content, name, AS_STORED)
    except DataError as error:
        raise DataError(f'{error}; it is {tags.description}' if tags else str(error)) from error
    if values.ndim == 3 and values.shape[2] >= 3:
        values = values[..., [2, 1, 0, *range(3, values.shape[2])]]
        if content.startswith(_PNG_START) and content[25] == 4:  # grey and alpha
            values = values[..., 2:]
    kind = 'colours' if values.ndim == 3 and values.shape[2] > 2 else 'grey'
    container, writer = ('TIFF', tags.writer) if tags else ('PNG', '')
    form = MapForm(kind, 8 * values.dtype.itemsize, writer=writer, container=container)
    return _without_no_data(stored_array(values, name, form), tags)


def _without_no_data(stored: StoredMap, tags: TiffTags | None) -> StoredMap:
    if tags is None or tags.no_data is None:
        return stored
    is_missing = stored.samples == tags.no_data
    is_missing = is_missing.all(-1) if is_missing.ndim == 3 else is_missing
    return replace(stored, hidden=_either(stored.hidden, is_missing))


def _bits(content: bytes, picture: Image.Image) -> int:
    """Bits of a sample; 0: as many as the array has."""
    if content.startswith(_PNG_START):
        return content[24]
    return 1 if picture.mode == '1' else 0


def _unspread(values: np.ndarray, bits: int, picture: Image.Image) -> np.ndarray:
    """Samples as they are stored: Pillow spreads those of fewer bits, or of a maxval, to 255."""
    if values.dtype == bool:
        return values.astype(np.uint8)
    if picture.mode == 'L' and bits in _FULL:
        return values // (255 // _FULL[bits])
    return values


def _unspread_netpbm(picture: Image.Image, content: bytes) -> Image.Image:
    """A PGM or PPM with samples as they are stored, which Pillow spreads from maxval to full."""
    head = re.sub(rb'#[^\r\n]*', b'', content[:512]).split(maxsplit=4)
    full = 65535 if picture.mode.startswith('I') else 255
    if head[0] in (b'P1', b'P4', b'PF', b'Pf') or int(head[3]) == full:
        return picture
    stored = np.rint(np.asarray(picture) * (int(head[3]) / full))
    return Image.fromarray(stored.astype(np.uint16 if full > 255 else np.uint8))


def _palette(picture: Image.Image) -> tuple[tuple[int, int, int], ...]:
    if picture.mode not in ('P', 'PA'):
        return ()
    flat = picture.getpalette('RGB') or []
    return tuple(zip(flat[::3], flat[1::3], flat[2::3]))


def _is_lossy(content: bytes, picture: Image.Image) -> bool:
    if picture.format == 'WEBP':
        return b'VP8L' not in content[:64]
    if picture.format == 'TIFF':
        return picture.info.get('compression') in ('jpeg', 'tiff_jpeg')
    return picture.format in _LOSSY


def _hidden(stored: StoredMap, at: int | bytes | tuple | None, name: str) -> np.ndarray | None:
    """Where a PNG or GIF says that an index, a level or a colour is transparent."""
    samples = stored.samples
    if at is None or (samples.ndim == 3) != isinstance(at, tuple):
        return None
    if isinstance(at, tuple):
        return (samples == np.array(at)).all(-1)
    if isinstance(at, int):
        return samples == (min(at, 1) if stored.form.bits == 1 else at)
    alpha = np.full(256, 255, np.uint8)
    alpha[: len(at)] = np.frombuffer(at, np.uint8)
    seen = alpha[samples]
    if ((seen > 0) & (seen < 255)).any():
        raise DataError(f'{name}: its palette is transparent in part; save it without transparency')
    return seen == 0


def _either(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    """Where one or the other is; None where neither is anywhere."""
    both = [each for each in (one, other) if each is not None and each.any()]
    return np.logical_or.reduce(both) if both else None
