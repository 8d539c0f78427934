"""Pictures: what a file stores, neither spread nor inverted nor cut down."""

import io

import cv2
import numpy as np
import pytest
from label_file_makers import png, tiff
from PIL import Image

from projects.ecgan.datasets.label_files import LabelCoding, Reading, read_ids, read_stored
from projects.ecgan.errors import DataError

IDS = np.array([[0, 1, 2, 3], [3, 2, 1, 0]])
GREYS = [(0,) * 3, (3,) * 3, (2,) * 3, (1,) * 3]
RAMP = [(0,) * 3, (85,) * 3, (170,) * 3, (255,) * 3]
COLOURS = [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0)]


def saved(pixels: np.ndarray | Image.Image, form: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(buffer, form, **settings)
    return buffer.getvalue()


def by_opencv(pixels: np.ndarray, suffix: str) -> bytes:
    return cv2.imencode(suffix, pixels)[1].tobytes()


BYTE, SHORT = IDS.astype(np.uint8), IDS.astype(np.uint16)
RED = np.dstack([SHORT, 0 * SHORT, 0 * SHORT])
FORMS = {
    '1 bit': (png(IDS % 2, 1), IDS % 2),
    '2 bits': (png(IDS, 2), IDS),
    '4 bits': (png(IDS * 3, 4), IDS * 3),
    '16 bits': (png(IDS * 300, 16), IDS * 300),
    'palette of 2 bits, indices': (png(IDS, 2, 'palette', COLOURS), IDS),
    'palette in even steps, indices': (png(IDS, 2, 'palette', RAMP), IDS),
    'palette of greys, levels': (png(IDS, 2, 'palette', GREYS), np.array([0, 3, 2, 1])[IDS]),
    'id in red, 16 bits': (png(RED, 16, 'colours'), IDS),
    'id in red, instance in green': (png(RED + RED[:, ::-1, [1, 0, 1]], 16, 'colours'), IDS),
    'id in blue': (png(RED[..., ::-1].astype(np.uint8), 8, 'colours'), IDS),
    'gif': (saved(BYTE, 'GIF'), IDS),
    'webp without loss': (saved(np.dstack([BYTE] * 3), 'WEBP', lossless=True), None),
    'pgm, maxval 11': (b'P5 # by hand\n4 2\n11\n' + BYTE.tobytes(), IDS),
    'pgm, plain': (b'P2\n4 2\n255\n0 1 2 3 3 2 1 0\n', IDS),
    'pgm, maxval 4000': (b'P5\n4 2\n4000\n' + (IDS * 1000).astype('>u2').tobytes(), IDS * 1000),
    'pbm': (b'P1\n4 2\n0 1 0 1 1 0 1 0\n', None),
    'tga': (saved(BYTE, 'TGA'), IDS),
    'jp2 without loss': (saved(BYTE.repeat(16, 0).repeat(16, 1), 'JPEG2000'), None),
    'bmp': (by_opencv(BYTE, '.bmp'), IDS),
    'tiff, 0 is white, by tifffile': (tiff(BYTE, 0, software='tifffile.py'), IDS),
    'tiff, 0 is white, by vips': (tiff(255 - BYTE, 0, software='vips-8.16'), IDS),
    'tiff, 0 is white, inverted': (tiff(255 - BYTE, 0), IDS),
    'tiff, int8': (tiff(BYTE.astype(np.int8)), IDS),
    'tiff, int64': (tiff(IDS.astype(np.int64)), IDS),
    'tiff, float64': (tiff(IDS.astype(np.float64)), IDS),
    'tiff, uint32': (tiff(IDS.astype(np.uint32)), IDS),
}  # fmt: skip


@pytest.mark.parametrize('name', FORMS)
def test_ids_of_every_form(name):
    content, expected = FORMS[name]
    if expected is None:
        expected = {
            'webp without loss': IDS,
            'pbm': 1 - IDS % 2,  # 0 is white there, and white is what is in a mask
            'jp2 without loss': IDS.repeat(16, 0).repeat(16, 1),
        }[name]
    coding = LabelCoding(reading=Reading(channel='red' if name.startswith('webp') else ''))
    assert read_ids(content, coding, name).tolist() == expected.tolist()


HOLES = np.array([[0, 255, 2, 3], [3, 2, 255, 0]])
ALPHA = np.where(HOLES == 255, 0, 255).astype(np.uint8)
HIDDEN = {
    'alpha': saved(np.dstack([BYTE, ALPHA]), 'PNG'),
    'transparent index': png(
        HOLES % 252, 8, 'palette', [(i, 9, 9) for i in range(4)], b'\xff' * 3 + b'\0'
    ),
    'transparent bit': png(HOLES % 2 * (HOLES == 255), 1, transparency=b'\0\1'),
    'no data in colours': tiff(
        np.dstack([np.where(HOLES == 255, 7, 9 * HOLES)] * 3).astype(np.uint8), 2, no_data='7'
    ),
    'transparent level': png(np.where(HOLES == 255, 9, HOLES), 8, transparency=b'\0\x09'),
    'no data': tiff(np.where(HOLES == 255, 77, HOLES).astype(np.uint8), no_data='77'),
    'no data below 0': tiff(np.where(HOLES == 255, -9999, HOLES).astype(np.int16), no_data='-9999'),
    'below 0': tiff(np.where(HOLES == 255, -1, HOLES).astype(np.int16)),
    'no number': tiff(np.where(HOLES == 255, np.nan, HOLES).astype(np.float32)),
}  # fmt: skip


@pytest.mark.parametrize('name', HIDDEN)
def test_where_there_is_nothing_is_unknown(name):
    expected = {
        'transparent index': np.where(HOLES % 252 == 3, 255, HOLES),
        'transparent bit': np.where(HOLES == 255, 255, 0),
        'no data in colours': np.where(HOLES == 255, 255, HOLES * 9),
    }.get(name, HOLES)
    coding = LabelCoding(reading=Reading(channel='red'))
    assert read_ids(HIDDEN[name], coding, name).tolist() == expected.tolist()


def test_what_lies_under_transparency_can_be_read():
    coding = LabelCoding(reading=Reading(hidden='shown'))
    assert read_ids(HIDDEN['alpha'], coding, 'a').tolist() == IDS.tolist()


def test_a_class_may_have_the_number_of_unknown():
    coding = LabelCoding(label_map={255: 1})
    values = np.where(HOLES == 255, 255, 0)
    assert read_ids(values, coding, 'a').tolist() == (values // 255).tolist()
    hidden = np.dstack([values, ALPHA]).astype(np.uint8)
    assert read_ids(hidden, coding, 'a').tolist() == values.tolist()


def pages() -> bytes:
    first, second = Image.fromarray(BYTE), Image.fromarray(BYTE[::-1])
    return saved(first, 'TIFF', save_all=True, append_images=[second])


REFUSED = {
    'two pages': (pages(), 'has 2 pages; a label map has one'),
    'JPEG 2000 inside': (tiff(BYTE, compression=34712), 'packed as JPEG 2000, which cannot be'),
    'JPEG XL inside': (tiff(BYTE, compression=50002), 'packed as JPEG XL'),
    'LERC inside': (tiff(BYTE, compression=34887), 'packed as LERC'),
    'five bands': (tiff(np.dstack([BYTE] * 5)), 'has 5 bands; a label map has one of ids'),
    'half transparent': (
        saved(np.dstack([BYTE, np.full_like(BYTE, 99)]), 'PNG'),
        '8 of its 8 pixels are transparent in part',
    ),
    'complex': (tiff(IDS.astype(np.float64), sample_format=6), 'a TIFF of complex or undefined'),
    'CMYK': (saved(Image.new('CMYK', (4, 2)), 'TIFF'), 'holds CMYK colours|has 4 bands'),
    'cut off': (FORMS['2 bits'][0][:40], 'cannot read'),
    'nothing': (b'', 'the file is empty'),
}


@pytest.mark.parametrize('name', REFUSED)
def test_what_is_refused_by_name(name):
    content, sentence = REFUSED[name]
    with pytest.raises(DataError, match=sentence):
        read_ids(content, LabelCoding(), name)


@pytest.mark.parametrize(
    ('content', 'is_lossy'),
    [
        (saved(np.dstack([BYTE] * 3), 'WEBP', lossless=True), False),
        (saved(np.dstack([BYTE] * 3), 'WEBP', quality=80), True),
        (saved(BYTE.repeat(16, 0).repeat(16, 1), 'JPEG2000'), True),
        (saved(BYTE, 'JPEG'), True),
        (saved(BYTE, 'PNG'), False),
    ],
)
def test_formats_that_change_values_are_known(content, is_lossy):
    assert read_stored(content, 'a').form.is_lossy is is_lossy
