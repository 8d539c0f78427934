"""Files of photos as other programs write them, made by hand."""

import io
import struct

import cv2
import numpy as np
from PIL import Image

_SHORT, _LONG = 3, 4
HEIGHT, WIDTH = 24, 40
_Y, _X = np.mgrid[:HEIGHT, :WIDTH]
#: A photo (RGB) whose channels differ and that has no symmetry.
RGB = np.stack([10 * _Y, 6 * _X, 3 * _X + 5 * _Y], axis=-1).astype(np.uint8)
#: What reading it gives.
BGR = RGB[..., ::-1]


def encoded(pixels: np.ndarray | Image.Image, form: str, **settings: object) -> bytes:
    """Content of a file that Pillow writes."""
    buffer = io.BytesIO()
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(buffer, form, **settings)
    return buffer.getvalue()


def png(samples: np.ndarray) -> bytes:
    """Content of a PNG of 8 or 16 bits; RGB and RGBA as such."""
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}
    if samples.ndim == 3:
        samples = samples[..., order[samples.shape[2]]]
    return cv2.imencode('.png', samples)[1].tobytes()


def turned_by(orientation: int) -> Image.Exif:
    """EXIF data that say so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def tiff(*pages: np.ndarray, is_planar: bool = False, **tags: int | tuple[int, ...]) -> bytes:
    """Content of an uncompressed TIFF.

    Args:
        *pages: Samples (H, W) or (H, W, bands) of whole or floating-point numbers.
        is_planar: Store band by band.
        **tags: Numbers of tags by ``t`` and their number, as ``t262=0``; of every page.
    """
    content, link = bytearray(b'II*\0\0\0\0\0'), 4
    for page in pages:
        height, width, bands = (*page.shape, 1)[:3]
        data = (page.transpose(2, 0, 1) if is_planar else page).tobytes()
        strips, colours = bands if is_planar else 1, 3 if bands >= 3 else 1
        kind = {'u': 1, 'i': 2, 'f': 3}[page.dtype.kind]
        entries = {
            256: (width,), 257: (height,), 258: (8 * page.itemsize,) * bands, 259: (1,),
            262: (2 if bands >= 3 else 1,), 277: (bands,), 278: (height,),
            284: (2 if is_planar else 1,), 339: (kind,) * bands,
            273: tuple(len(content) + n * len(data) // strips for n in range(strips)),
            279: (len(data) // strips,) * strips,
        }  # fmt: skip
        if bands > colours:
            entries[338] = (0,) * (bands - colours)
        entries.update(
            {
                int(tag[1:]): values if isinstance(values, tuple) else (values,)
                for tag, values in tags.items()
            }
        )
        content += data + b'\0' * (len(data) % 2)
        link = _directory(content, link, entries)
    return bytes(content)


def _directory(content: bytearray, link: int, entries: dict[int, tuple[int, ...]]) -> int:
    """Append a directory of tags; where the place of the next one will stand."""
    rows = b''
    for tag, values in sorted(entries.items()):
        kind = _SHORT if max(values) < 65536 else _LONG
        packed = struct.pack(f'<{len(values)}{"HL"[kind == _LONG]}', *values)
        if len(packed) > 4:
            place = len(content)
            content += packed + b'\0' * (len(packed) % 2)
            packed = struct.pack('<L', place)
        rows += struct.pack('<HHL', tag, kind, len(values)) + packed.ljust(4, b'\0')
    struct.pack_into('<L', content, link, len(content))
    content += struct.pack('<H', len(entries)) + rows + bytes(4)
    return len(content) - 4
