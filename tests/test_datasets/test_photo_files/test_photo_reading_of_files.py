"""Photos as MMCV reads them, where they are common, and as they are meant, where they are not."""

import cv2
import mmcv
import numpy as np
import pytest
from photo_files import BGR, HEIGHT, RGB, WIDTH, encoded, png, turned_by
from PIL import Image

from projects.ecgan.datasets.photo_files import read_photo, read_samples
from projects.ecgan.errors import DataError

GREY = RGB[..., 1]
RGBA = np.dstack([RGB, np.where(GREY > 99, 255, 40).astype(np.uint8)])
PALETTE = Image.fromarray(RGB).quantize(64)
EXACT = dict(lossless=True, exact=True)

COMMON = {
    'jpeg': encoded(RGB, 'JPEG', quality=90),
    'jpeg 4:4:4 progressive': encoded(RGB, 'JPEG', progressive=True, subsampling=0),
    'jpeg grey': encoded(GREY, 'JPEG'),
    'jpeg with bytes behind': encoded(RGB, 'JPEG') + b'\xff\xda and a film',
    'png': encoded(RGB, 'PNG'),
    'png grey': encoded(GREY, 'PNG'),
    'png 1 bit': encoded(Image.fromarray(RGB).convert('1'), 'PNG'),
    'png palette': encoded(PALETTE, 'PNG'),
    'png palette 4 bits': encoded(Image.fromarray(RGB).quantize(16), 'PNG', bits=4),
    'png rgba': encoded(RGBA, 'PNG'),
    'png grey alpha': encoded(Image.fromarray(RGBA).convert('LA'), 'PNG'),
    'png transparent colour': encoded(RGB, 'PNG', transparency=(0, 0, 0)),
    'png transparent grey': encoded(GREY, 'PNG', transparency=10),
    'png transparent index': encoded(PALETTE, 'PNG', transparency=3),
    'webp': encoded(RGB, 'WEBP', quality=80),
    'webp lossless': encoded(RGB, 'WEBP', **EXACT),
    'webp rgba': encoded(RGBA, 'WEBP', **EXACT),
    'bmp': encoded(RGB, 'BMP'),
    'bmp grey': encoded(GREY, 'BMP'),
    'bmp palette': encoded(PALETTE, 'BMP'),
    'tiff': encoded(RGB, 'TIFF'),
    'tiff lzw': encoded(RGB, 'TIFF', compression='tiff_lzw'),
    'tiff jpeg': encoded(RGB, 'TIFF', compression='jpeg'),
    'tiff grey': encoded(GREY, 'TIFF'),
    'tiff palette': encoded(PALETTE, 'TIFF'),
    'tiff 1 bit': encoded(Image.fromarray(RGB).convert('1'), 'TIFF'),
    'cmyk jpeg': encoded(Image.fromarray(RGB).convert('CMYK'), 'JPEG'),
    'phone': encoded(
        Image.fromarray(RGB), 'MPO', save_all=True, append_images=[Image.fromarray(255 - RGB)]
    ),
}


@pytest.mark.parametrize('form', COMMON)
def test_common_photos_are_those_of_mmcv(form):
    photo = read_photo(COMMON[form], form)
    assert photo.pixels.dtype == np.uint8 and photo.pixels.flags.c_contiguous
    assert np.array_equal(photo.pixels, mmcv.imfrombytes(COMMON[form]))


def test_names_do_not_matter():
    assert np.array_equal(read_photo(COMMON['png'], 'photo.jpg').pixels, BGR)


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('form', ['JPEG', 'PNG', 'WEBP', 'PNG with alpha'])
def test_photos_are_read_as_displayed(form, orientation):
    """By a corner that is white in the stored picture, and where the standard displays it."""
    pixels = np.zeros((24, 40, 4 if 'alpha' in form else 3), np.uint8)
    pixels[:8, :8] = 255  # stored at the top, left
    content = encoded(pixels, form.split()[0], exif=turned_by(orientation))
    samples = read_samples(content, 'it')
    corner = {1: 'tl', 2: 'tr', 3: 'br', 4: 'bl', 5: 'tl', 6: 'tr', 7: 'br', 8: 'bl'}[orientation]
    height, width = (40, 24) if orientation >= 5 else (24, 40)
    assert samples.pixels.shape == (height, width, 3)
    y, x = {'t': 0, 'b': height - 1}[corner[0]], {'l': 0, 'r': width - 1}[corner[1]]
    others = [(0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)]
    assert samples.pixels[y, x].min() > 240
    assert all(samples.pixels[other].max() < 15 for other in others if other != (y, x))
    assert samples.is_turned == (orientation > 1)
    if form == 'JPEG':
        assert np.array_equal(samples.pixels, mmcv.imfrombytes(content))


def test_diagonal_orientations_are_told_apart():
    """5 and 7 mirror, 6 and 8 do not: a corner alone does not tell."""
    turned = {
        o: read_photo(encoded(RGB, 'PNG', exif=turned_by(o)), '').pixels for o in (5, 6, 7, 8)
    }
    assert np.array_equal(turned[5], BGR.swapaxes(0, 1))
    assert np.array_equal(turned[6], np.rot90(BGR, -1))
    assert np.array_equal(turned[7], np.rot90(BGR.swapaxes(0, 1), 2))
    assert np.array_equal(turned[8], np.rot90(BGR, 1))


def test_an_orientation_behind_the_pixels_counts():
    content = encoded(RGB, 'PNG', exif=turned_by(3))
    start = content.index(b'eXIf') - 4
    length = 12 + int.from_bytes(content[start : start + 4], 'big')
    chunk, end = content[start : start + length], content.index(b'IEND') - 4
    moved = content[:start] + content[start + length : end] + chunk + content[end:]
    assert np.array_equal(read_photo(moved, '').pixels, BGR[::-1, ::-1])


@pytest.mark.parametrize('broken', [b'Exif\0\0nonsense', b'Exif\0\0II*\0\xff\xff\xff\x7f'])
def test_broken_exif_turns_nothing(broken):
    samples = read_samples(encoded(RGB, 'JPEG', exif=broken), '')
    assert samples.pixels.shape == BGR.shape and not samples.is_turned


DEEP = RGB.astype(np.uint16) * 16 + 7  # 7 to 4087 at most: a camera of 12 bits


@pytest.mark.parametrize('alpha', [False, True])
def test_png_of_16_bits(alpha):
    samples = np.dstack([DEEP, np.full((HEIGHT, WIDTH), 65535, np.uint16)]) if alpha else DEEP
    read = read_samples(png(samples), '')
    assert np.array_equal(read.pixels, DEEP[..., ::-1]) and read.notes == ()
    photo = read_photo(png(samples), '', bits=12)
    assert np.array_equal(photo.pixels, np.rint(DEEP[..., ::-1] * (255 / 4095)))
    assert photo.note == '16 bits a channel, of which 12 are used'


def test_grey_png_of_16_bits():
    read = read_samples(png(DEEP[..., 0]), '')
    assert np.array_equal(read.pixels, np.repeat(DEEP[..., :1], 3, axis=2))


@pytest.mark.parametrize(
    'form', ['png rgba', 'png grey alpha', 'webp rgba', 'png transparent index']
)
def test_transparent_pixels_are_said(form):
    assert read_photo(COMMON[form], '').note == (
        'transparent pixels, read in the colours that are stored there'
    )


def test_what_is_opaque_needs_no_word():
    opaque = np.dstack([RGB, np.full((HEIGHT, WIDTH), 255, np.uint8)])
    assert read_photo(encoded(opaque, 'PNG'), '')[1] == ''
    assert {read_photo(COMMON[form], '').note for form in ('jpeg', 'png', 'phone', 'tiff')} == {''}


def test_cmyk_is_said_and_near():
    photo = read_photo(encoded(Image.fromarray(RGB).convert('CMYK'), 'JPEG', quality=98), '')
    assert photo.note == 'CMYK, turned to RGB without a colour profile'
    # Chroma is halved; a negative would differ by half the range.
    assert np.abs(photo.pixels.astype(int) - BGR).mean() < 8


@pytest.mark.parametrize(
    ('form', 'settings'),
    [('PNG', {}), ('PNG', dict(default_image=True)), ('WEBP', EXACT), ('GIF', {})],
)
def test_the_first_picture_of_an_animation(form, settings):
    first = PALETTE if form == 'GIF' else Image.fromarray(RGB)
    second = Image.fromarray(255 - RGB)
    content = encoded(first, form, save_all=True, append_images=[second, first], **settings)
    photo = read_photo(content, '')
    assert np.array_equal(photo.pixels, np.asarray(first.convert('RGB'))[..., ::-1])
    assert photo.note == 'several pictures in the file (3), of which the first is read'


def test_gif_and_portable_pixmap():
    for form, picture in (('GIF', PALETTE), ('PPM', Image.fromarray(RGB))):
        photo = read_photo(encoded(picture, form), '')
        assert np.array_equal(photo.pixels, np.asarray(picture.convert('RGB'))[..., ::-1])
        assert photo.note == ''


LARGE = cv2.resize(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8), (300, 200))


@pytest.mark.parametrize('form', ['JPEG', 'PNG', 'WEBP', 'BMP', 'TIFF', 'GIF'])
def test_a_file_that_is_cut_off_is_found(form, capfd):
    whole = encoded(LARGE, form)
    for length in (len(whole) // 2, len(whole) - 300):
        with pytest.raises(DataError, match=r'^cannot read it: '):
            read_photo(whole[:length], 'it')
    assert not capfd.readouterr().err


@pytest.mark.parametrize('form', ['JPEG', 'PNG'])
def test_a_file_that_ends_with_zeros_is_found(form):
    """As a download leaves it whose place was taken beforehand; OpenCV fills the rest with grey."""
    whole = encoded(LARGE, form, **(dict(quality=95) if form == 'JPEG' else {}))
    with pytest.raises(DataError, match='it: the file is truncated'):
        read_photo(whole[: len(whole) // 2].ljust(len(whole), b'\0'), 'it')


def test_the_small_picture_inside_does_not_end_the_file():
    thumbnail = encoded(LARGE[:20, :30], 'JPEG')
    content = encoded(LARGE, 'JPEG', exif=b'Exif\0\0' + thumbnail)
    assert content.count(b'\xff\xd9') == 2
    with pytest.raises(DataError, match='truncated'):
        read_photo(content[: len(content) // 2].ljust(len(content), b'\0'), 'it')
