"""How a file becomes ids."""

import numpy as np
import pytest
from PIL import Image

from projects.ecgan.datasets import LabelCoding, map_values, read_ids
from projects.ecgan.errors import DataError

IDS = np.array([[0, 1, 2], [3, 200, 255]])


def indexed(values: np.ndarray) -> Image.Image:
    picture = Image.fromarray(values.astype(np.uint8)).convert('P')
    picture.putpalette([255 - value // 3 if value % 3 else 7 for value in range(768)])
    return picture


FILES = {
    'grey.png': Image.fromarray(IDS.astype(np.uint8)),
    'palette.png': indexed(IDS),
    'deep.png': Image.fromarray(IDS.astype(np.uint16)),
    'grey and opaque.png': Image.fromarray(
        np.dstack([IDS, np.full_like(IDS, 255)]).astype(np.uint8), 'LA'
    ),
    'long.tiff': Image.fromarray(IDS.astype(np.int32)),
    'float.tiff': Image.fromarray(IDS.astype(np.float32)),
    'int64.npy': IDS,
    'float64.npy': IDS.astype(np.float64),
    'channel.npy': IDS[..., None].astype(np.uint8),
}


def write(path, content):
    if isinstance(content, np.ndarray):
        np.save(path, content)
    else:
        content.save(path)
    return path


@pytest.mark.parametrize('name', FILES)
def test_ids_of_every_kind_of_file(tmp_path, name):
    path = write(tmp_path / name, FILES[name])
    values = map_values(path, name)
    assert values.tolist() == IDS.tolist() and values.dtype in (np.uint8, np.int32)
    assert np.array_equal(map_values(path.read_bytes(), name), values)
    ids = read_ids(path, LabelCoding())
    assert ids.tolist() == IDS.tolist() and ids.dtype == np.int64


def test_more_than_eight_bits(tmp_path):
    path = write(tmp_path / 'a.png', Image.fromarray(np.full((2, 2), 40000, np.uint16)))
    assert map_values(path, 'a').tolist() == [[40000] * 2] * 2
    assert read_ids(path, LabelCoding(label_map={40000: 3})).tolist() == [[3] * 2] * 2


@pytest.mark.parametrize(
    ('name', 'content', 'sentence'),
    [
        (
            'half.npy',
            np.full((2, 3), 1.5),
            '6 of its 6 values of float64 are none, the first is 1.5',
        ),
        ('inf.npy', np.array([[0, np.inf]], np.float32), '1 of its 2 values of float32 are none'),
        ('nan.npy', np.full((2, 2), np.nan), 'transparent, without data or no number everywhere'),
        ('half.tiff', Image.fromarray(np.full((2, 3), 0.25, np.float32)), 'ids were blended or'),
        ('text.npy', np.array([['a']]), 'holds whole numbers, not <U1'),
        ('object.npy', np.array([[None]]), 'cannot read .*object.npy as a picture'),
        ('huge.npy', np.array([[2**40]]), '1099511627776 to 1099511627776 are no label ids'),
        ('deep.npy', np.zeros((2, 3, 4, 5), int), r'of shape \(2, 3, 4, 5\)'),
        ('clear.png', Image.fromarray(np.zeros((2, 2, 4), np.uint8)), 'transparent, without'),
    ],
)
def test_what_is_no_label_map(tmp_path, name, content, sentence):
    path = write(tmp_path / name, content)
    with pytest.raises(DataError, match=sentence) as caught:
        read_ids(path, LabelCoding())
    assert str(path) in str(caught.value)


def test_colours_by_hand():
    colours = [(1, 2, 3), (255, 0, 0), (1, 2, 3), (0, 0, 255)]
    picture = np.array([[colours[1], colours[3]], [colours[2], colours[0]]], np.uint8)
    coding = LabelCoding(colours)
    assert read_ids(picture, coding).tolist() == [[1, 3], [0, 0]]
    assert read_ids(Image.fromarray(picture), coding).tolist() == [[1, 3], [0, 0]]
    with pytest.raises(DataError, match=r'1 of its 3 colours .*first is \(255, 0, 0\) \(RGB\)'):
        read_ids(picture, LabelCoding([colours[0], colours[3]]), 'a')
    with pytest.raises(DataError, match='a holds colours of 16 bits'):
        read_ids(np.full((1, 1, 3), 300), coding, 'a')


@pytest.mark.parametrize(
    'coding',
    [
        LabelCoding(),
        LabelCoding(reduce_zero_label=True),
        LabelCoding(label_map={11: 255}),
        LabelCoding(label_map={7: 0, 8: 1, 0: 255, 1: 255}),
        LabelCoding(label_map={2: 0, 0: 2, 1: 1}),
    ],
)
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.int64])
def test_there_and_back(coding, dtype):
    ids = np.array([[0, 1, 255]], dtype)
    written = coding.in_files(ids)
    assert written.dtype == dtype
    assert coding.ids(written, 'a').tolist() == ids.tolist()
