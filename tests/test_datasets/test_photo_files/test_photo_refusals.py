"""Files that are no photos here are named, with what to do; profiles are said."""

import struct

import numpy as np
import pytest
from photo_files import RGB, encoded
from PIL import Image, ImageCms, features

from projects.ecgan.datasets.photo_files import read_photo
from projects.ecgan.errors import DataError


def ftyp(brand: bytes) -> bytes:
    """The begin of a file of the family of MP4."""
    return struct.pack('>L4s4s', 24, b'ftyp', brand) + bytes(40)


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'', 'no picture, it is empty'),
        (b'no picture at all', 'no picture'),
        (ftyp(b'heic'), 'a HEIC picture: write it as PNG or JPEG first'),
        (ftyp(b'mif1'), 'a HEIC picture'),
        (ftyp(b'crx '), 'a raw picture of a camera, which has to be developed'),
        (b'FUJIFILMCCD-RAW 0201', 'a raw picture of a camera'),
        (b'\xff\x0a' + bytes(20), 'a JPEG XL picture'),
        (b'\0\0\0\x0cJXL \r\n\x87\n', 'a JPEG XL picture'),
        (b'v/1\x01' + bytes(20), 'an OpenEXR picture: tone-map it'),
        (b'#?RADIANCE\n', 'a Radiance HDR picture: tone-map it'),
        (b'%PDF-1.7', 'a PDF'),
        (b'\x93NUMPY\x01\0', 'a NumPy array'),
        (b'version https://git-lfs.github.com/spec/v1\n', 'a pointer of Git LFS: fetch the file'),
        (b'<!DOCTYPE html><html>', 'no picture, but a page of the web: fetch it anew'),
        (b'\xff\xd8\xff\xe0' + bytes(9), 'a JPEG that is broken or of an unusual kind'),
        (encoded(RGB, 'TGA'), 'a picture of the format "Targa"'),
        (encoded(RGB, 'ICO'), 'a picture of the format "Windows Icon"'),
        (encoded(RGB[..., 0].astype(np.int32), 'PPM'), 'a picture of the format'),
    ],
)
def test_what_is_no_photo_is_named(content, words):
    with pytest.raises(DataError) as caught:
        read_photo(content, 'photo.jpg')
    assert caught.value.sentence.startswith(f'cannot read photo.jpg: it is {words}'.rstrip())


@pytest.mark.parametrize(
    ('form', 'words', 'feature'),
    [('AVIF', 'an AVIF picture', 'avif'), ('JPEG2000', 'a JPEG 2000 picture', 'jpg_2000')],
)
def test_formats_of_which_the_range_is_not_known(form, words, feature):
    """Libraries cut their 10 to 16 bits to 8 by what the header declares, not by what is used."""
    if not features.check(feature):
        pytest.skip('Pillow was built without it')
    with pytest.raises(DataError, match=f'it is {words}: write it as PNG or JPEG first'):
        read_photo(encoded(RGB, form), 'it')


def test_a_picture_beyond_all_measure(monkeypatch):
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 100)
    with pytest.raises(DataError, match=r'^cannot read it: it has more pixels than are read'):
        read_photo(encoded(RGB, 'PNG'), 'it')


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def profile(name: bytes, red: tuple[float, float, float]) -> bytes:
    """A profile of other red and another name."""
    content = bytearray(SRGB)
    for number in range(int.from_bytes(content[128:132], 'big')):
        entry = content[132 + 12 * number : 144 + 12 * number]
        place, size = struct.unpack('>LL', entry[4:])
        if entry[:4] == b'rXYZ':
            content[place + 8 : place + 20] = struct.pack('>3l', *(round(65536 * v) for v in red))
        if entry[:4] == b'desc':
            text = name.decode().encode('utf-16-be')
            content[place + 28 : place + size] = text.ljust(size - 28, b'\0')
            content[place + 20 : place + 24] = struct.pack('>L', len(text))
    return bytes(content)


@pytest.mark.parametrize('form', ['JPEG', 'PNG', 'WEBP', 'TIFF'])
def test_wide_colours_are_said(form):
    wide = profile(b'Display', (0.5151, 0.2412, -0.0011))  # red of Display P3
    photo = read_photo(encoded(RGB, form, icc_profile=wide), '')
    assert photo.note == 'colours of the profile "Display", read as sRGB'


@pytest.mark.parametrize('content', [SRGB, profile(b'other', (0.436, 0.2225, 0.0142)), b'broken'])
def test_other_profiles_need_no_word(content):
    assert read_photo(encoded(RGB, 'JPEG', icc_profile=content), '').note == ''
    grey = encoded(RGB[..., 0], 'JPEG', icc_profile=content)
    assert read_photo(grey, '').note == ''
