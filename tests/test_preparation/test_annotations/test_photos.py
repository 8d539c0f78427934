"""Which photo a name in the annotations means."""

from pathlib import Path

import pytest
from annotated import put
from PIL import Image

from projects.ecgan.errors import DataError
from projects.ecgan.preparation.annotations.photos import PhotoIndex, photo_size


def index_of(folder: Path, *photos: str) -> PhotoIndex:
    for photo in photos:
        put(folder / photo, (2, 3))
    return PhotoIndex(folder)


@pytest.mark.parametrize(
    ('name', 'photo'),
    [
        ('a.jpg', 'in/a.jpg'),
        ('in/a.jpg', 'in/a.jpg'),
        ('..\\in\\a.jpg', 'in/a.jpg'),
        ('D:\\in\\a.jpg', 'in/a.jpg'),
        ('/home/me/data/a.jpg', 'in/a.jpg'),
        ('A.JPG', 'in/a.jpg'),
        ('a.png', 'in/a.jpg'),
        ('a', 'in/a.jpg'),
        ('b%20c.jpg', 'b c.jpg'),
        ('d%20e.jpg', 'd%20e.jpg'),
        ('/data/upload/3/01234567-a.jpg', 'in/a.jpg'),
        ('f.1', 'f.1.png'),
        ('ab.jpg', ''),
        ('', ''),
        ('...', ''),
    ],
)
def test_spellings(tmp_path, name, photo):
    index = index_of(tmp_path, 'in/a.jpg', 'b c.jpg', 'd%20e.jpg', 'f.1.png')
    assert index.find(name, tmp_path / 'x.json') == photo


@pytest.mark.parametrize(
    ('name', 'file', 'photo'),
    [
        ('val/a.jpg', 'x.json', 'val/a.jpg'),
        ('a.jpg', 'val/x.json', 'val/a.jpg'),
        ('a.jpg', 'annotations/instances_train2017.json', 'train/a.jpg'),
    ],
)
def test_of_photos_of_one_name_the_nearest(tmp_path, name, file, photo):
    index = index_of(tmp_path, 'train/a.jpg', 'val/a.jpg')
    assert index.find(name, tmp_path / file) == photo


def test_of_photos_of_one_name_the_one_beside(tmp_path):
    index = index_of(tmp_path, '1/a.jpg', '2/a.jpg')
    assert index.find('a.jpg', tmp_path / '2/x.json') == '2/a.jpg'


def test_two_photos_that_fit_alike(tmp_path):
    index = index_of(tmp_path, 'b/a.jpg', 'c/a.jpg')
    with pytest.raises(DataError, match=r'several photos are called so: b/a\.jpg and c/a\.jpg'):
        index.find('a.jpg', tmp_path / 'x.json')


def test_an_orientation_turns_the_size(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.new('RGB', (3, 2)).save(tmp_path / 'a.jpg', exif=exif)
    assert photo_size(tmp_path / 'a.jpg') == ((3, 2), True)
    (tmp_path / 'b.jpg').write_text('no picture')
    with pytest.raises(DataError, match=r'cannot read .*b\.jpg as a picture'):
        photo_size(tmp_path / 'b.jpg')
