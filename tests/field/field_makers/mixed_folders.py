"""Folders of which a part went through a tool: every second or every fourth map."""

from pathlib import Path

import numpy as np

from .png_files import _cv2, _pillow, _pillow_palette, _pypng
from .png_optimisers import _optimised, _oxipng, _zopflipy
from .tiff_files import _tifffile
from .ways import (
    ALONE,
    COLOURS,
    FOUR,
    GAPS,
    IGNORED,
    LOST,
    MANY,
    MASKS,
    MASKS_255,
    TWO_BITS,
    Write,
    way,
)

_GROUP = 'A part of the folder'


def _some(write: Write, others: Write, step: int = 2) -> Write:
    """``write`` for every n-th map, ``others`` for the rest."""

    def either(picture: np.ndarray, path: Path) -> None:
        (others if int(path.stem[1:]) % step else write)(picture, path)

    return either


_PLAIN = _pillow()
_JPEG = _pillow(quality=90, format='JPEG')
for _tool, _how, _stores, _write, _sets, _lost in (
    ('pyoxipng', 'level 0, every second map', 'greys and palettes',
     _some(_optimised(_oxipng(level=0)), _PLAIN), (FOUR, IGNORED, ALONE, GAPS, MASKS), ''),
    ('pyoxipng', 'level 2, every fourth map', 'colours and palettes',
     _some(_optimised(_oxipng(level=2)), _PLAIN, 4), (COLOURS, GAPS), ''),
    ('zopflipy', 'every second map', 'greys, palettes, colours',
     _some(_optimised(_zopflipy), _PLAIN), (FOUR, IGNORED, GAPS, MASKS_255, COLOURS), ''),
    ('pypng', '2 bits, every second map', 'samples of 2 and of 8 bits', _some(_pypng(2), _PLAIN),
     TWO_BITS, ''),
    ('pypng', '4 bits, every second map', 'samples of 4 and of 8 bits', _some(_pypng(4), _PLAIN),
     (FOUR, MANY), ''),
    ('pillow', 'palette, every second map', 'greys and palettes, index is id',
     _some(_pillow_palette, _PLAIN), (FOUR, IGNORED, MANY, GAPS), ''),
    ('pillow', "convert('RGB'), every second map", 'greys, and colours that are grey',
     _some(_pillow('RGB'), _PLAIN), (FOUR, IGNORED, MANY), ''),
    ('pillow', '1 bit, every second map', '1 bit and 8 bits of 0 and 255',
     _some(_pillow('1'), _PLAIN), [MASKS_255], ''),
    ('opencv-python-headless', '16 bits, every second map', '8 and 16 bits',
     _some(lambda p, f: _cv2()(p.astype(np.uint16), f), _PLAIN), (FOUR, IGNORED), ''),
    ('tifffile', 'bool as TIFF called .png, every second map', 'MINISWHITE and greys',
     _some(lambda p, f: _tifffile(bool)(p, f), _PLAIN), (MASKS, MASKS_255), ''),
    ('pillow', 'JPEG called .png, every fourth map', 'blended values in some',
     _some(_JPEG, _PLAIN, 4), (MANY, MASKS_255, COLOURS), LOST),
):  # fmt: skip
    way(_GROUP, _tool, _how, _stores, '.png', _write, _sets, _lost)
