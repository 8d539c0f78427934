"""The tags of TIFF files, which tell what libraries would read as something else."""

import io
import warnings
from collections.abc import Iterator, Mapping

from PIL.TiffImagePlugin import ImageFileDirectory_v2

_STARTS = (b'II*\0', b'MM\0*', b'II+\0', b'MM\0+')
_BIG = 43
_MOST_PAGES = 1000
#: Compressions that not every library knows; OpenCV reads zeros of some, without an error.
COMPRESSIONS = {
    33003: 'JPEG 2000',
    33005: 'JPEG 2000',
    34712: 'JPEG 2000',
    34887: 'LERC',
    34925: 'LZMA',
    34933: 'PNG',
    34934: 'JPEG XR',
    50000: 'Zstandard',
    50001: 'WebP',
    50002: 'JPEG XL',
    52546: 'JPEG XL',
}


def is_tiff(content: bytes) -> bool:
    """Whether a file is a TIFF, classic or large, by its first bytes."""
    return content[:4] in _STARTS


def tiff_pages(content: bytes) -> Iterator[Mapping[int, object]]:
    """The tags of every picture of a file, in order, decoded when asked for.

    Raises:
        Exception: Whatever a damaged file leads to.
    """
    head = content[: 16 if _BIG in content[2:4] else 8]
    place, seen = ImageFileDirectory_v2(head).next, set()
    while place and place not in seen and len(seen) < _MOST_PAGES:
        seen.add(place)
        tags, stream = ImageFileDirectory_v2(head), io.BytesIO(content)
        stream.seek(place)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # what is damaged shows when it is decoded
            tags.load(stream)
        yield tags
        place = tags.next


def numbers(tags: Mapping[int, object], tag: int, default: int) -> tuple[int, ...]:
    """The numbers of a tag, of which some come alone and some in a tuple."""
    values = tags.get(tag, default)
    return values if isinstance(values, tuple) else (values,)
