"""The one decoder of photos.

What is common (8 bits, RGB or grey, JPEG, PNG, WebP, BMP, TIFF) comes out bit by bit as from MMCV's
``LoadImageFromFile`` with OpenCV. Other files are read as their photo is meant, which is said in a
note, or refused. The content decides what a file is, not its name.
"""

import io
import warnings
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from ...errors import DataError, one_line
from ..opencv_decoding import AS_STORED, COLOUR, decode, three_channels
from ..tiff_pages import is_tiff
from .depth import eight_bits
from .notes import CMYK_NOTE, first_of, profile_note
from .refusals import HEAD, not_read, other_format, refused_kind
from .tiff import read_tiff

_BY_OPENCV = ('JPEG', 'MPO', 'PNG', 'WEBP', 'BMP')
_BY_PILLOW = ('GIF', 'PPM')
#: What the data end with, behind the header; OpenCV fills what is missing of some files.
_ENDS = {'JPEG': b'\xff\xd9', 'PNG': b'IEND'}
_MODES = ('1', 'L', 'LA', 'P', 'PA', 'RGB', 'RGBA')
_PNG_BITS = 24
_ORIENTATION = 0x0112


class PhotoSamples(NamedTuple):
    """What a file holds.

    Attributes:
        pixels: (H, W, 3) BGR as displayed: uint8, or uint16 or float32 where there are more bits.
        notes: What has to be said about the file, a few words each.
        is_turned: Whether an EXIF orientation turned or mirrored it.
    """

    pixels: np.ndarray
    notes: tuple[str, ...] = ()
    is_turned: bool = False


class Photo(NamedTuple):
    """A photo.

    Attributes:
        pixels: (H, W, 3) uint8 BGR as displayed.
        note: What was done to the file's samples, or ''.
    """

    pixels: np.ndarray
    note: str = ''


def read_photo(content: bytes, name: str, bits: int | None = None) -> Photo:
    """Read a photo.

    Args:
        content: Of the file.
        name: What errors call it.
        bits: How many bits of 16 a camera uses, of files with 16 bits a channel, the same for all
            photos of a data set; None: all 16, where the photo itself shows that it needs them.

    Raises:
        DataError: It is none, is broken, of a kind that is not read rightly, or ``bits`` do not do.
    """
    samples = read_samples(content, name)
    pixels, done = eight_bits(samples.pixels, name, bits)
    return Photo(pixels, '; '.join(filter(None, (done, *samples.notes))))


def read_samples(content: bytes, name: str) -> PhotoSamples:
    """Read a photo with all bits of its file, see :func:`read_photo`."""
    try:
        if is_tiff(content):
            return PhotoSamples(*read_tiff(content, name))
        with Image.open(io.BytesIO(content)) as picture:
            return _read_picture(picture, content, name)
    except UnidentifiedImageError as error:
        kind = refused_kind(content[:HEAD]) or 'no picture' + ', it is empty' * (not content)
        raise DataError(not_read(name, kind)) from error
    except Image.DecompressionBombError as error:
        raise DataError(
            f'cannot read {name}: it has more pixels than are read ({Image.MAX_IMAGE_PIXELS * 2}), '
            'cut it into tiles'
        ) from error
    except DataError:
        raise
    except Exception as error:  # whatever a decoder makes of a broken file
        raise DataError(f'cannot read {name}: {one_line(error)}') from error


def _read_picture(picture: Image.Image, content: bytes, name: str) -> PhotoSamples:
    """Read what Pillow has opened: its header tells what there is, the rest is not decoded yet."""
    form, mode = picture.format, picture.mode
    if form not in _BY_OPENCV + _BY_PILLOW:
        kind = refused_kind(content[:HEAD]) or other_format(picture.format_description)
        raise DataError(not_read(name, kind))
    if content.rfind(_ENDS.get(form, b''), picture.fp.tell()) < 0:
        raise DataError(f'cannot read {name}: the file is truncated')
    # The further pictures of a phone's MPO are depths and the like.
    pictures = 1 if form == 'MPO' else getattr(picture, 'n_frames', 1)
    is_opaque = 'A' not in mode and 'transparency' not in picture.info
    # OpenCV 5 takes the first picture of an animation, where that is not the file's.
    if form in _BY_PILLOW or (form == 'PNG' and pictures > 1):
        pixels = _by_pillow(picture, name)
    elif is_opaque and not (form == 'PNG' and content[_PNG_BITS] == 16):
        pixels = decode(content, name, COLOUR)
    else:
        stored = decode(content, name, AS_STORED)
        is_opaque = stored.shape[2:] != (4,) or _is_opaque(stored[..., 3])
        pixels = three_channels(stored)
    orientation = _orientation(picture, content)
    notes = (
        profile_note(picture.info.get('icc_profile') or b''),
        CMYK_NOTE * (mode == 'CMYK'),
        first_of(pictures),
        '' if is_opaque else 'transparent pixels, read in the colours that are stored there',
    )
    return PhotoSamples(_turned(pixels, orientation), tuple(filter(None, notes)), orientation > 1)


def _by_pillow(picture: Image.Image, name: str) -> np.ndarray:
    if picture.mode not in _MODES:
        raise DataError(
            not_read(name, other_format(f'{picture.format_description}, {picture.mode}'))
        )
    return np.ascontiguousarray(np.asarray(picture.convert('RGB'))[..., ::-1])


def _is_opaque(alpha: np.ndarray) -> bool:
    return bool(alpha.min() == np.iinfo(alpha.dtype).max)


def _orientation(picture: Image.Image, content: bytes) -> int:
    """EXIF orientation of a picture, 1 to 8; OpenCV before 5 does not apply those of WebP."""
    exif = picture.info.get('exif')
    if exif is None and picture.format == 'PNG' and content.find(b'eXIf') >= 0:
        picture.load()  # the chunk may stand behind the pixels
        exif = picture.info.get('exif')
    if not exif:
        return 1
    tags = Image.Exif()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # where EXIF is broken nothing is turned, as by OpenCV
        try:
            tags.load(exif)
            orientation = tags.get(_ORIENTATION, 1)
        except Exception:
            return 1
    return orientation if orientation in range(1, 9) else 1


def _turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Pixels as displayed (EXIF 2.3, tag Orientation)."""
    if orientation == 1:
        return pixels
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
