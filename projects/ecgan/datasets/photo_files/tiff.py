"""Photos in TIFF files, of which libraries read many without an error as something else.

Seen with OpenCV 4.11 and 5.0, both with libtiff 4.7: colours multiplied by the fourth band where it
is called alpha, as GDAL calls the infrared; planes of 16 bits in a row read as one, in part from
memory that was never written; zeros for JPEG 2000, JPEG XL and PNG inside; only the first band of
bands that are called grey. Pillow 13 cuts 16 bits in colour down to 8.
"""

import io

import numpy as np
from PIL import Image, ImageOps

from ...errors import DataError
from ..opencv_decoding import AS_STORED, COLOUR, DEEP_COLOUR, decode, three_channels
from ..tiff_pages import COMPRESSIONS, numbers, tiff_pages
from .depth import checked_floats
from .notes import CMYK_NOTE, first_of, profile_note
from .refusals import RAW, not_read

# Canon's first raw pictures (CR2) are TIFFs with this behind the magic.
_CANON = b'\x10\0\0\0CR\x02\0'
# Tags, TIFF 6.0 and its supplements.
_SUBFILE, _BITS, _COMPRESSION, _PHOTOMETRIC, _ORIENTATION = 254, 258, 259, 262, 274
_BANDS, _PLANES, _EXTRA, _FORMAT, _ICC, _DNG = 277, 284, 338, 339, 34675, 50706
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CMYK, _LAB = 0, 1, 2, 5, 8
_SENSOR = (32803, 34892)
_UNSIGNED, _FLOAT = 1, 3
_SMALL_COPY, _MASK = 1, 4
_UNMULTIPLIED_ALPHA = 2
#: What OpenCV's libtiff decodes: none, CCITT, LZW, JPEG, Deflate, PackBits.
_BY_OPENCV = (1, 2, 3, 4, 5, 7, 8, 32773, 32946)
_REWRITE = 'write it as RGB of 8 or 16 bits, pixel by pixel, uncompressed or with LZW or Deflate'


class TiffForm:
    """How the first picture of a TIFF file is stored.

    Attributes:
        bits: Bits of a sample; 0 where bands differ.
        kind: 1 for unsigned numbers, 2 for signed, 3 for floating-point ones.
        photometric: What the samples mean, as TIFF numbers it.
        bands: Samples of a pixel.
        compression: As TIFF numbers it.
        is_planar: Whether each band is stored by itself.
        has_alpha: Whether the fourth (second) band is called unmultiplied alpha.
        orientation: 1 to 8.
        profile: ICC profile, may be empty.
        is_raw: Whether it holds a sensor's samples.
        is_small_copy: Whether the picture is a small one of another in the file.
        pages: How many pictures there are that are no copies in small and no masks.
    """

    def __init__(self, content: bytes) -> None:
        pages = list(tiff_pages(content))
        if not pages:
            raise ValueError('a TIFF without a picture')
        first = pages[0]
        bits, kinds = set(numbers(first, _BITS, 1)), set(numbers(first, _FORMAT, _UNSIGNED))
        self.bits = bits.pop() if len(bits) == 1 else 0
        self.kind = kinds.pop() if len(kinds) == 1 else 0
        self.photometric = numbers(first, _PHOTOMETRIC, _BLACK_IS_ZERO)[0]
        self.bands = numbers(first, _BANDS, 1)[0]
        self.compression = numbers(first, _COMPRESSION, 1)[0]
        self.is_planar = numbers(first, _PLANES, 1)[0] == 2 and self.bands > 1
        self.has_alpha = numbers(first, _EXTRA, 0)[0] == _UNMULTIPLIED_ALPHA
        self.orientation = numbers(first, _ORIENTATION, 1)[0]
        self.profile = bytes(first.get(_ICC, b''))
        self.is_raw = _DNG in first or self.photometric in _SENSOR or content.startswith(_CANON, 4)
        kinds_of_pages = [numbers(page, _SUBFILE, 0)[0] for page in pages]
        self.is_small_copy = bool(kinds_of_pages[0] & _SMALL_COPY)
        self.pages = sum(not kind & (_SMALL_COPY | _MASK) for kind in kinds_of_pages)

    @property
    def is_grey(self) -> bool:
        """Whether the samples are levels of grey."""
        return self.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)

    @property
    def is_float(self) -> bool:
        """Whether the samples are floating-point numbers."""
        return self.kind == _FLOAT

    @property
    def words(self) -> str:
        """The form in words."""
        kind = {_UNSIGNED: '', _FLOAT: ' (floating-point)'}.get(self.kind, ' (signed)')
        meaning = {
            _WHITE_IS_ZERO: 'grey, 0 is white',
            _BLACK_IS_ZERO: 'grey',
            _RGB: 'RGB',
            _CMYK: 'CMYK',
            _LAB: 'CIELAB',
        }.get(self.photometric, f'photometric interpretation {self.photometric}')
        bands = f'{self.bands} band{"s" * (self.bands > 1)}'
        packed = COMPRESSIONS.get(self.compression, '')
        return (
            f'a TIFF with {bands} of {self.bits or "various"} bits{kind}, {meaning}'
            + ', band by band' * self.is_planar
            + (f', compressed with {packed}' if packed else '')
        )


def read_tiff(content: bytes, name: str) -> tuple[np.ndarray, tuple[str, ...], bool]:
    """Read the first picture of a TIFF file.

    Args:
        content: Of the file.
        name: What errors call it.

    Returns:
        Samples (H, W, 3) BGR as displayed, uint8, uint16 or float32; what has to be said about
        them; and whether they were turned.

    Raises:
        DataError: It is none that is read rightly.
    """
    form = TiffForm(content)
    if form.is_raw or form.is_small_copy:
        raise DataError(
            not_read(name, RAW)
            if form.is_raw
            else f'cannot read {name}: its first picture is a small copy of another; {_REWRITE}'
        )
    samples = _samples(form, content, name)
    notes = (
        profile_note(form.profile),
        CMYK_NOTE * (form.photometric == _CMYK),
        _left_out(form),
        first_of(form.pages),
    )
    return samples, tuple(filter(None, notes)), form.orientation > 1


def _left_out(form: TiffForm) -> str:
    """That bands are left out; of CMYK all four are used."""
    used = 4 if form.photometric == _CMYK else 3 if form.bands >= 3 else 1
    if form.bands <= used:
        return ''
    which = {1: 'first is', 3: 'first three are', 4: 'first four are'}[used]
    return f'{form.bands} bands, of which the {which} read (not infrared, alpha)'


def _samples(form: TiffForm, content: bytes, name: str) -> np.ndarray:
    """Decode by the library that reads this form rightly."""
    by_opencv = form.compression in _BY_OPENCV
    if form.photometric == _LAB or (form.bits <= 8 and form.is_grey and form.bands > 2):
        pass
    elif 0 < form.bits <= 8 and form.kind == _UNSIGNED:
        if by_opencv and not form.has_alpha and form.bands <= 4:
            return decode(content, name, COLOUR)
        return _by_pillow(form, content, name)
    elif by_opencv and not form.is_planar and form.bands in (1, 3, 4):
        # With three or four bands that are called grey rasterio means red, green and blue first.
        is_plain = form.photometric in (_BLACK_IS_ZERO, _RGB)
        if form.is_float and form.bits in (32, 64) and is_plain:
            return three_channels(checked_floats(decode(content, name, AS_STORED), name))
        if form.kind == _UNSIGNED and form.bits == 16 and is_plain:
            return decode(content, name, DEEP_COLOUR)
    raise DataError(f'{not_read(name, form.words)}: {_REWRITE}')


def _by_pillow(form: TiffForm, content: bytes, name: str) -> np.ndarray:
    """8 bits with alpha, more bands, or a compression that OpenCV does not know."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            # The first three bands stay as they are stored.
            pixels = np.asarray(ImageOps.exif_transpose(picture).convert('RGB'))
    except Exception as error:
        raise DataError(f'{not_read(name, form.words)}: {_REWRITE}') from error
    return np.ascontiguousarray(pixels[..., ::-1])
