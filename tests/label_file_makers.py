"""Label maps in forms that Pillow and OpenCV cannot write, byte by byte."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np

_PNG_KINDS = {'grey': 0, 'colours': 2, 'palette': 3}


def png(
    samples: np.ndarray,
    bits: int = 8,
    kind: str = 'grey',
    palette: Sequence[Sequence[int]] = (),
    transparency: bytes = b'',
) -> bytes:
    """A PNG of samples (H, W), or (H, W, 3) of colours, as they are.

    Args:
        samples: Levels, indices or colours.
        bits: Of a sample.
        kind: 'grey', 'palette' or 'colours'.
        palette: RGB colours.
        transparency: Content of tRNS.
    """
    height, width = samples.shape[:2]
    rows = samples.reshape(height, -1)
    if bits < 8:
        shifts = np.arange(bits)[::-1]
        planes = rows[..., None] >> shifts & 1
        packed = np.packbits(planes.reshape(height, -1).astype(np.uint8), axis=1)
    else:
        packed = rows.astype('>u2' if bits == 16 else np.uint8)
    lines = b''.join(b'\0' + row.tobytes() for row in packed)
    head = struct.pack('>IIBBBBB', width, height, bits, _PNG_KINDS[kind], 0, 0, 0)
    chunks = [(b'IHDR', head)]
    chunks += [(b'PLTE', bytes(np.array(palette, np.uint8)))] if len(palette) else []
    chunks += [(b'tRNS', transparency)] if transparency else []
    chunks += [(b'IDAT', zlib.compress(lines)), (b'IEND', b'')]
    return b'\x89PNG\r\n\x1a\n' + b''.join(map(_chunk, *zip(*chunks)))


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack('>I', len(content)) + name + content + struct.pack('>I', check)


def tiff(
    samples: np.ndarray,
    photometric: int = 1,
    compression: int = 1,
    software: str = '',
    no_data: str = '',
    sample_format: int = 0,
) -> bytes:
    """A TIFF of one strip, little-endian, of samples (H, W) or (H, W, C) as they are.

    Args:
        samples: Of any type of 8 to 64 bits.
        photometric: 0: 0 is white, 1: 0 is black, 2: RGB.
        compression: What the tag says; the samples are stored plainly.
        software: The program that wrote it.
        no_data: What GDAL says of pixels without data.
        sample_format: 1: unsigned, 2: signed, 3: floating point; 0: by the type.
    """
    kind = sample_format or {'u': 1, 'i': 2, 'f': 3}[samples.dtype.kind]
    bands = samples.shape[2] if samples.ndim == 3 else 1
    body = samples.astype(samples.dtype.newbyteorder('<')).tobytes()
    tags = [
        (256, 4, [samples.shape[1]]), (257, 4, [samples.shape[0]]),
        (258, 3, [8 * samples.dtype.itemsize] * bands), (259, 3, [compression]),
        (262, 3, [photometric]), (273, 4, [8]), (277, 3, [bands]), (278, 4, [samples.shape[0]]),
        (279, 4, [len(body)]), (339, 3, [kind] * bands),
    ]  # fmt: skip
    texts = [(305, software), (42113, no_data)]
    tags += [(tag, 2, f'{text}\0'.encode()) for tag, text in texts if text]
    return _with_directory(body, sorted(tags, key=lambda tag: tag[0]))


def _with_directory(body: bytes, tags: list) -> bytes:
    at = 8 + len(body)
    entries, extra = [], b''
    for tag, kind, values in tags:
        numbers = f'<{len(values)}{"H" if kind == 3 else "I"}'
        packed = bytes(values) if kind == 2 else struct.pack(numbers, *values)
        if len(packed) > 4:
            place = at + 2 + 12 * len(tags) + 4 + len(extra)
            extra += packed
            packed = struct.pack('<I', place)
        entries.append(struct.pack('<HHI', tag, kind, len(values)) + packed.ljust(4, b'\0'))
    directory = struct.pack('<H', len(tags)) + b''.join(entries) + b'\0\0\0\0'
    return b'II*\0' + struct.pack('<I', at) + body + directory + extra
