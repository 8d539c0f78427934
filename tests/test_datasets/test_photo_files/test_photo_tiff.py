"""TIFF photos: read as they are meant, or refused, where a library would make something else."""

import cv2
import numpy as np
import pytest
from photo_files import BGR, HEIGHT, RGB, WIDTH, encoded, tiff
from PIL import Image

from projects.ecgan.datasets.photo_files import read_photo, read_samples
from projects.ecgan.errors import DataError

GREY = RGB[..., 0]
BAND = np.full((HEIGHT, WIDTH, 1), 100, np.uint8)
RGBX = np.concatenate([RGB, BAND], axis=2)
DEEP = RGB.astype(np.uint16) * 16 + 7
DEEP_RGBX = np.concatenate([DEEP, BAND.astype(np.uint16)], axis=2)
FLOATS = RGB.astype(np.float32) / 255
FOUR = '4 bands, of which the first three are read (not infrared, alpha)'
PAGES = 'several pictures in the file (2), of which the first is read'


_ENTRY = b'\1\0\x06\1\3\0\1\0\0\0\1\0\0\0' + bytes(4)  # one tag: photometric, 1
CANON = b'II*\0\x10\0\0\0CR\x02\0' + bytes(4) + _ENTRY


def grey(levels: np.ndarray) -> np.ndarray:
    """Levels as BGR."""
    return np.repeat(levels[..., None], 3, axis=2)


@pytest.mark.parametrize(
    ('content', 'pixels', 'note'),
    {
        'RGB': (tiff(RGB), BGR, ''),
        'RGB by planes': (tiff(RGB, is_planar=True), BGR, ''),
        'grey': (tiff(GREY), grey(GREY), ''),
        'white is zero': (tiff(GREY, t262=0), grey(255 - GREY), ''),
        'infrared': (tiff(RGBX), BGR, FOUR),
        'infrared by planes': (tiff(RGBX, is_planar=True), BGR, FOUR),
        'infrared called alpha': (tiff(RGBX, t338=2), BGR, FOUR),
        'multiplied alpha': (tiff(RGBX, t338=1), BGR, FOUR),
        'five bands': (tiff(np.concatenate([RGBX, BAND], axis=2)), BGR, FOUR.replace('4', '5')),
        'grey with alpha': (
            tiff(np.dstack([GREY, BAND]), t338=2),
            grey(GREY),
            '2 bands, of which the first is read (not infrared, alpha)',
        ),
        'CMYK': (
            encoded(Image.fromarray(RGB).convert('CMYK'), 'TIFF'),
            BGR,
            'CMYK, turned to RGB without a colour profile',
        ),
        'pages': (tiff(RGB, 255 - RGB), BGR, PAGES),
        'LZMA': (encoded(RGB, 'TIFF', compression='lzma'), BGR, ''),
    }.values(),
)
def test_8_bits(content, pixels, note):
    photo = read_photo(content, 'it')
    assert np.array_equal(photo.pixels, pixels) and photo.pixels.dtype == np.uint8
    assert photo.note == note


@pytest.mark.parametrize(
    ('content', 'samples', 'notes'),
    {
        'RGB': (tiff(DEEP), DEEP, ()),
        'infrared': (tiff(DEEP_RGBX), DEEP, (FOUR,)),
        'infrared called alpha': (tiff(DEEP_RGBX, t338=2), DEEP, (FOUR,)),
        'bands called grey': (tiff(DEEP, t262=1, t338=(0, 0)), DEEP, ()),
        'four bands called grey': (tiff(DEEP_RGBX, t262=1, t338=(0, 0, 0)), DEEP, (FOUR,)),
        'grey': (tiff(DEEP[..., 0]), grey(DEEP[..., 0]), ()),
    }.values(),
)
def test_16_bits(content, samples, notes):
    read = read_samples(content, 'it')
    assert read.pixels.dtype == np.uint16
    assert np.array_equal(read.pixels, samples[..., ::-1])
    assert all(said.startswith(note) for said, note in zip(read.notes, notes, strict=True))
    scaled = np.rint(samples[..., ::-1] * (255 / 4095))
    assert np.array_equal(read_photo(content, 'it', bits=12).pixels, scaled)


@pytest.mark.parametrize('scale', [1, 255])
@pytest.mark.parametrize('kind', [np.float32, np.float64])
@pytest.mark.parametrize('shape', ['rgb', 'grey', 'infrared'])
def test_floating_point_numbers(scale, kind, shape):
    values = (FLOATS * scale).astype(kind)
    stored = {
        'rgb': values,
        'grey': values[..., 0],
        'infrared': np.concatenate([values, values[..., :1]], axis=2),
    }[shape]
    photo = read_photo(tiff(stored), 'it')
    assert np.array_equal(photo.pixels, grey(GREY) if shape == 'grey' else BGR)
    assert photo.note.startswith(f'floating-point samples from 0 to {scale}')


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('samples', [RGB, RGBX, DEEP, FLOATS], ids=['8', 'alpha', '16', 'float'])
def test_orientation(samples, orientation):
    alpha = dict(t338=2) if samples is RGBX else {}
    read = read_samples(tiff(samples, t274=orientation, **alpha), '')
    seen = samples[..., 2::-1]
    if orientation >= 5:
        seen = seen.swapaxes(0, 1)
    flips = {2: (1,), 3: (0, 1), 4: (0,), 6: (1,), 7: (0, 1), 8: (0,)}.get(orientation, ())
    assert np.array_equal(read.pixels, np.flip(seen, flips))
    assert read.is_turned == (orientation > 1)


@pytest.mark.parametrize(
    ('content', 'words'),
    {
        'planes of 16 bits': (tiff(DEEP, is_planar=True), '3 bands of 16 bits, RGB, band by band'),
        'planes of floats': (tiff(FLOATS, is_planar=True), '32 bits (floating-point), RGB, band'),
        'white is zero': (tiff(DEEP[..., 0], t262=0), '1 band of 16 bits, grey, 0 is white'),
        'alpha of 16 bits': (tiff(DEEP[..., :2]), '2 bands of 16 bits, grey'),
        'five bands': (tiff(np.concatenate([DEEP_RGBX, DEEP[..., :1]], 2)), '5 bands of 16 bits'),
        'grey bands': (tiff(RGB, t262=1, t338=(0, 0)), '3 bands of 8 bits, grey'),
        'half floats': (tiff(FLOATS.astype(np.float16)), '3 bands of 16 bits (floating-point)'),
        'signed': (tiff(DEEP.astype(np.int16)), '16 bits (signed)'),
        '32 bits': (tiff(DEEP.astype(np.uint32)), '3 bands of 32 bits, RGB'),
        'CMYK': (tiff(DEEP_RGBX, t262=5), '4 bands of 16 bits, CMYK'),
        'CIELAB': (tiff(RGB, t262=8), 'CIELAB'),
        'JPEG 2000': (tiff(RGB, t259=34712), 'compressed with JPEG 2000'),
        'JPEG XL': (tiff(DEEP, t259=50002), 'compressed with JPEG XL'),
        'PNG': (tiff(RGB, t259=34933), 'compressed with PNG'),
        'LERC': (tiff(FLOATS, t259=34887), 'compressed with LERC'),
        'bits that differ': (tiff(RGB, t258=(5, 6, 5)), 'various bits'),
    }.values(),
)
def test_what_libraries_read_as_something_else_is_refused(content, words):
    with pytest.raises(DataError) as caught:
        read_photo(content, 'it')
    assert caught.value.sentence.startswith('cannot read it: it is a TIFF with ')
    assert words in caught.value.sentence
    assert caught.value.sentence.endswith(
        ': write it as RGB of 8 or 16 bits, pixel by pixel, uncompressed or with LZW or Deflate'
    )


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (tiff(RGB, t50706=(1, 4, 0, 0)), 'it is a raw picture of a camera'),
        (tiff(DEEP[..., 0], t262=32803), 'it is a raw picture of a camera'),
        (CANON, 'it is a raw picture of a camera'),
        (tiff(RGB, t254=1), 'its first picture is a small copy of another'),
        (tiff(RGB)[:-60], ''),
        (b'II*\0' + bytes(40), 'ValueError: a TIFF without a picture'),
    ],
)
def test_other_refusals(content, words):
    with pytest.raises(DataError, match=f'^cannot read it: {words}'):
        read_photo(content, 'it')


def test_copies_in_small_are_no_pictures():
    """As GDAL adds them for fast display; what is called one stays the first all the same."""
    content = bytearray(tiff(RGB, RGB[::2, ::2].copy()))
    second = int.from_bytes(content[4:8], 'little')
    second = int.from_bytes(content[second + 2 + 12 * content[second] :][:4], 'little')
    assert content[second + 2 : second + 4] == b'\0\1'  # width, which becomes the sub-file's kind
    content[second + 2 : second + 4] = b'\xfe\0'
    content[second + 10 : second + 14] = b'\1\0\0\0'
    assert read_samples(bytes(content), '').notes == ()


def test_deflated_16_bits_with_a_predictor():
    made = cv2.imencode('.tiff', DEEP, [cv2.IMWRITE_TIFF_COMPRESSION, 5])[1].tobytes()
    assert np.array_equal(read_samples(made, '').pixels, DEEP)
