"""The look, the page and the training see the same photo; a data set has one brightness."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from photo_files import encoded, png, tiff, turned_by
from PIL import Image
from planted import draw, photo, save, write_tree

from projects.ecgan.commands import prepare
from projects.ecgan.datasets import LoadPhoto
from projects.ecgan.preparation import survey
from projects.ecgan.preparation.inspection.photo_inspection import inspect_photo
from projects.ecgan.preparation.photo_reading import photo_reading

COUNT = 12


def tree(root: Path, write: Callable[[np.ndarray, int], bytes], suffix: str) -> Path:
    """Scenes whose photos (RGB) are written by a function of pixels and number."""
    write_tree(root, COUNT)
    for index in range(COUNT):
        path = photo(root, f'{index:03d}')
        path.unlink()
        path.with_suffix(suffix).write_bytes(write(draw(index)[0], index))
    return root


def of_12_bits(pixels: np.ndarray, index: int = 0) -> np.ndarray:
    """Samples of a camera, darker from photo to photo: only the first needs all its bits."""
    return (pixels.astype(np.uint16) * (16 - index)).clip(max=4095)


def alpha(pixels: np.ndarray) -> np.ndarray:
    """A fourth band that is nowhere 255."""
    return np.concatenate([pixels, pixels[..., :1] // 2], axis=2)


FORMS = {
    '12 of 16 bits, PNG': (lambda p, i: png(of_12_bits(p, i)), '.png', 12),
    '12 of 16 bits, TIFF': (lambda p, i: tiff(of_12_bits(p, i)), '.tif', 12),
    'infrared called alpha': (lambda p, i: tiff(alpha(p), t338=2), '.tif', None),
    'floats': (lambda p, i: tiff((p / 255).astype(np.float32)), '.tif', None),
    'floats to 255': (lambda p, i: tiff(p.astype(np.float32)), '.tif', None),
}


def shown(page: Path) -> list[np.ndarray]:
    """The photos (RGB) of a page."""
    pictures = re.findall(r'data:image/jpeg;base64,([^"]+)', page.read_text())
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(each)))) for each in pictures]


@pytest.mark.parametrize('form', FORMS)
def test_page_and_training_agree(tmp_path, capfd, form):
    write, suffix, bits = FORMS[form]
    root, page = tree(tmp_path / 'mine', write, suffix), tmp_path / 'page.html'
    assert prepare.main([str(root), '--report', str(page), '--jobs', '1']) == 0
    found = survey([root])
    reading = photo_reading(found.good)
    assert reading.arguments == ({} if bits is None else dict(bits=bits)) and reading.notes
    load = LoadPhoto(**reading.arguments)
    pictures = shown(page)
    assert len(pictures) == COUNT
    for look, picture in zip(found.looks, pictures):
        image = load(dict(img_path=str(look.pair.files['photo'])))['img']
        # The page shows a JPEG of a picture as large as the photo.
        expected = Image.open(io.BytesIO(encoded(image[..., ::-1].copy(), 'JPEG')))
        assert np.array_equal(picture, np.asarray(expected))
        first = draw(int(look.pair.title))[0]
        if bits is None:
            assert np.array_equal(image[..., ::-1], first)
        else:
            samples = of_12_bits(first, int(look.pair.title))
            assert np.array_equal(image[..., ::-1], np.rint(samples * (255 / 4095)))


def test_what_is_said(tmp_path):
    root = tree(tmp_path, lambda p, i: tiff(alpha(of_12_bits(p, i)), p) if i else png(p), '.tif')
    notes = photo_reading(survey([root]).looks).notes
    largest = max(of_12_bits(draw(i)[0], i).max() for i in range(1, COUNT))
    assert notes == [
        f'11 of 12 photos have 16 bits a channel, read as 12 bits: the largest sample is {largest}',
        '11 of 12 photos have 4 bands, of which the first three are read (not infrared, alpha)',
        '11 of 12 photos have several pictures in the file (2), of which the first is read',
    ]
    assert photo_reading([]) == ({}, [])


def test_nothing_is_said_of_common_photos(tmp_path):
    assert photo_reading(survey([write_tree(tmp_path, 4)]).looks) == ({}, [])


def test_photos_of_another_form_are_found(tmp_path):
    root = write_tree(tmp_path, COUNT)
    for name, content in (
        ('003', png(of_12_bits(draw(3)[0]))),
        ('007', tiff((draw(7)[0] / 255).astype(np.float32))),
    ):
        photo(root, name).write_bytes(content)
    found = survey([root])
    rest = 'where 10 of 12 photos have 8 bits a channel'
    assert {each.name: each.text for each in found.of_kind('photo form')} == {
        '003': f'16 bits a channel, {rest}',
        '007': f'floating-point samples from 0 to 1, {rest}',
    }
    assert len(found.good) == COUNT


def test_an_inspection(tmp_path):
    pixels = draw(0)[0]
    path = save(tmp_path / 'a.png', pixels, exif=turned_by(6))
    look = inspect_photo(path, keep_thumbnail=True)
    assert look.size == (96, 64) and look.is_turned
    assert (look.form, look.largest, look.notes) == ('8 bits a channel', 0, ())
    assert np.array_equal(look.thumbnail[..., ::-1], np.rot90(pixels, -1))
    path.write_bytes(png(of_12_bits(np.tile(pixels, (4, 4, 1)))))
    deep = inspect_photo(path, keep_thumbnail=True)
    assert deep.largest == of_12_bits(pixels).max() and deep.thumbnail.dtype == np.uint16
    assert max(deep.thumbnail.shape[:2]) == 160 and deep.size == (256, 384)
    assert inspect_photo(path, keep_thumbnail=False).thumbnail is None
    # The digest is one of the pixels, whatever the file.
    same = [save(tmp_path / name, pixels) for name in ('b.png', 'c.bmp', 'd.tif')]
    assert len({inspect_photo(file, False).digest for file in same}) == 1
