"""What a TIFF says of its samples, beside the pixels that Pillow or OpenCV decode."""

from dataclasses import dataclass

import numpy as np

from ...errors import DataError
from ..tiff_pages import COMPRESSIONS, numbers, tiff_pages

_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES = 258, 259, 262, 277
_RESOLUTION, _SOFTWARE, _EXTRA_SAMPLES, _SAMPLE_FORMAT, _NO_DATA = 282, 305, 338, 339, 42113
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_FOR_PILLOW = {_UNSIGNED: (1, 2, 4, 8, 12, 16, 32), _SIGNED: (8, 16, 32), _FLOAT: (32,)}
_FAX = (2, 3, 4)
# What Pillow 13 reads; OpenCV 5.0.0 reads the others of the table as zeros without an error.
_KNOWN = ('LZMA', 'Zstandard', 'WebP')
# Programs that store the values as they are under a tag that says 0 is white: seen of tifffile
# 2025.10 (imageio writes by it) and GDAL 3.10; Octave, ImageMagick and vips invert the values.
_INVERTING = ('imagemagick', 'graphicsmagick', 'octave', 'vips')


@dataclass(frozen=True)
class TiffTags:
    """Tags of the first page.

    Attributes:
        bits: Bits of a sample.
        sample_format: 1: unsigned, 2: signed, 3: floating point.
        is_white_zero: Whether 0 is white.
        writer: The program that wrote it; vips leaves no name, but a resolution, GDAL neither.
        no_data: Value of pixels without data, as GDAL marks them; None: no such value.
    """

    bits: int
    sample_format: int
    is_white_zero: bool
    writer: str
    no_data: float | None

    @classmethod
    def of(cls, content: bytes, name: str) -> 'TiffTags | None':
        """Read the tags; None where the head is damaged.

        Raises:
            DataError: The samples are packed in a way that nothing here reads, or there are bands
                that are neither colours nor alpha.
        """
        try:
            tags = next(tiff_pages(content))
        except Exception:  # whatever a damaged head leads to
            return None
        (packed,) = numbers(tags, _COMPRESSION, 1)
        if COMPRESSIONS.get(packed, _KNOWN[0]) not in _KNOWN:
            raise DataError(
                f'{name} is a TIFF packed as {COMPRESSIONS[packed]}, which cannot be read here: '
                'save it as PNG, or packed by deflate or LZW'
            )
        (bands,), extra = numbers(tags, _SAMPLES, 1), tags.get(_EXTRA_SAMPLES, ())
        extra = extra if isinstance(extra, tuple) else (extra,)
        if bands not in (1, 3) and not (bands in (2, 4) and (not extra or extra[0] in (1, 2))):
            raise DataError(
                f'{name} has {bands} bands; a label map has one of ids, or three of RGB colours: '
                'save the band that holds the ids'
            )
        bits = numbers(tags, _BITS, 1)[0]
        return cls(
            bits,
            numbers(tags, _SAMPLE_FORMAT, _UNSIGNED)[0],
            # In a fax 0 is white as a matter of course, and what is shown is meant.
            tags.get(_PHOTOMETRIC) == 0 and packed not in _FAX and bits <= 16,
            str(tags.get(_SOFTWARE, '')).strip('\0 ') or ('vips' if _RESOLUTION in tags else ''),
            _number(tags.get(_NO_DATA)),
        )

    @property
    def is_for_pillow(self) -> bool:
        """Whether Pillow has a kind of picture for the samples."""
        return self.bits in _FOR_PILLOW.get(self.sample_format, ())

    @property
    def description(self) -> str:
        """The samples in words."""
        kinds = {_UNSIGNED: 'unsigned', _SIGNED: 'signed', _FLOAT: 'floating-point'}
        kind = kinds.get(self.sample_format, 'complex or undefined')
        return f'a TIFF of {kind} samples of {self.bits} bits; save it as 8- or 16-bit PNG or TIFF'

    def as_stored(self, values: np.ndarray) -> np.ndarray:
        """What Pillow gives, as it is stored: inverted back, and with the sign."""
        if self.is_white_zero and self.bits <= 8:
            values = ((1 << self.bits) - 1 - values).astype(values.dtype)
        if self.sample_format == _SIGNED and values.dtype == np.uint8:
            values = values.view(np.int8)
        return values


def inverts(writer: str) -> bool:
    """Whether a program inverts the values that it stores in a TIFF where 0 is white."""
    return writer.lower().startswith(_INVERTING)


def _number(text: object) -> float | None:
    try:
        return float(str(text).strip('\0 ')) if text is not None else None
    except ValueError:
        return None
