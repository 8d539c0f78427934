"""labelme's JSON; the maps by hand are what labelme 6.3.1 makes of the same shapes."""

import base64
import io

import numpy as np
import pytest
from annotated import drawn, grid
from PIL import Image

from projects.ecgan.errors import DataError

SQUARE = [[1, 1], [4, 1], [4, 4], [1, 4]]
LISTED = '__ignore__\n_background_\nroad\ncar\n'


def labelme(*shapes: dict, path: str = 'a.jpg', size: tuple = (6, 6)) -> dict:
    return dict(
        version='5.4.1', flags={}, shapes=list(shapes), imagePath=path, imageData='AAAA',
        imageHeight=size[0], imageWidth=size[1],
    )  # fmt: skip


def shape(label: str, points: list, kind: str | None = 'polygon', **more) -> dict:
    return dict(label=label, points=points, group_id=None, shape_type=kind, flags={}, **more)


def mask_of(*rows: str) -> str:
    content = io.BytesIO()
    mask = np.array([[cell == '1' for cell in row] for row in rows])
    Image.fromarray(mask).save(content, 'PNG')
    return base64.b64encode(content.getvalue()).decode()


@pytest.mark.parametrize(
    ('each', 'rows'),
    [
        (shape('car', SQUARE), ['......', '.0000.', '.0000.', '.0000.', '.0000.', '......']),
        (
            shape('car', [[1.4, 1.4], [4.6, 1.4], [4.6, 4.6], [1.4, 4.6]], None),
            ['......', '.0000.', '.0000.', '.0000.', '.0000.', '......'],
        ),
        (
            shape('car', [[4, 3], [1.6, 1.6]], 'rectangle'),
            ['......', '.0000.', '.0000.', '.0000.', '......', '......'],
        ),
        (
            shape('car', [[3, 3], [3, 5]], 'circle'),
            ['......', '..000.', '.00000', '.00000', '.00000', '..000.'],
        ),
        (
            shape('car', [[2, 1], [5, 3]], 'mask', mask=mask_of('1000', '1111', '0000')),
            ['......', '..0...', '..0000', '......', '......', '......'],
        ),
    ],
)
def test_kinds_of_shapes(tmp_path, each, rows):
    found = drawn(tmp_path / 'set', **{'a.json': labelme(each), 'a.jpg': (6, 6)})
    assert np.array_equal(found.only, grid(*rows))


def test_later_shapes_lie_above_and_names_are_in_the_order_of_labels_txt(tmp_path):
    below, above = shape('road', [[0, 0], [5, 0], [5, 5], [0, 5]]), shape('car', SQUARE)
    hidden = shape('__ignore__', [[0, 0], [0, 0], [0, 5]])
    files = {'labels.txt': LISTED, 'photos/a.jpg': (6, 6)}
    files['labels/a.json'] = labelme(below, above, hidden, path='..\\photos\\a.jpg')
    found = drawn(tmp_path / 'set', **files)
    assert found.classes == [(0, '_background_'), (1, 'road'), (2, 'car')]
    expected = ['.11111', *['.22221'] * 4, '.11111']
    assert np.array_equal(found.maps['a.png'], grid(*expected))
    assert '1 of __ignore__' in found.notes


def test_what_nobody_labelled_is_background_where_labels_txt_has_it(tmp_path):
    files = {'labels.txt': LISTED, 'a.jpg': (6, 6), 'a.json': labelme(shape('car', SQUARE))}
    assert (drawn(tmp_path / 'set', **files).only == 0).sum() == 20


def test_without_a_list_classes_are_in_alphabetical_order(tmp_path):
    files = {'a.json': labelme(shape('road', SQUARE), shape('car', SQUARE)), 'a.jpg': (6, 6)}
    found = drawn(tmp_path / 'set', **files)
    assert found.classes == [(0, 'car'), (1, 'road')] and found.only[0, 0] == 255


def test_labels_that_the_list_lacks_come_behind_and_are_said(tmp_path):
    files = {'labels.txt': 'road\n', 'a.jpg': (6, 6), 'a.json': labelme(shape('car', SQUARE))}
    found = drawn(tmp_path / 'set', **files)
    assert found.classes == [(0, 'road'), (1, 'car')]
    assert '1 classes are not named in' in found.notes and 'labels.txt' in found.notes


def test_lines_and_points_are_left_out_and_counted(tmp_path):
    lines = [shape('car', SQUARE[:2], 'line'), shape('car', SQUARE[:1], 'point')]
    files = {'a.json': labelme(shape('road', SQUARE), *lines), 'a.jpg': (6, 6)}
    assert '1 line, 1 point' in drawn(tmp_path / 'set', **files).notes


def test_a_renamed_photo_is_called_as_its_file(tmp_path):
    files = {'a.json': labelme(shape('car', SQUARE), path='was_b.jpg'), 'a.jpg': (6, 6)}
    assert list(drawn(tmp_path / 'set', **files).maps) == ['a.png']


@pytest.mark.parametrize(
    ('each', 'text'),
    [
        (shape('car', SQUARE[:2]), r'shape no\. 1 \(car\): it has 2 corners'),
        (shape('car', SQUARE, 'circle'), 'a circle has two points, not 4'),
        (shape('car', SQUARE, 'star'), "shapes of type 'star' are not known"),
        (shape('', SQUARE), 'it has no label'),
        (shape('car', SQUARE[::2], 'mask'), 'its mask is no picture in base64'),
        (shape('car', SQUARE[::2], 'mask', mask='####'), 'its mask is no picture in base64'),
        (
            shape('car', SQUARE[::2], 'mask', mask=mask_of('11')),
            'its mask is 2 x 1, its points say 4 x 4',
        ),
        (dict(label='car'), 'its corners are not numbers'),
        (3, 'shapes is no list of objects'),
    ],
)
def test_what_is_refused(tmp_path, each, text):
    with pytest.raises(DataError, match=text) as error:
        drawn(tmp_path / 'set', **{'a.json': labelme(each), 'a.jpg': (6, 6)})
    assert 'a.json' in str(error.value)


def test_one_broken_file_of_many_is_named(tmp_path):
    files = {}
    for number in range(40):  # more than are looked at to tell what they are
        files[f'{number:02}.jpg'] = (6, 6)
        files[f'{number:02}.json'] = labelme(shape('car', SQUARE), path=f'{number:02}.jpg')
    files['33.json'] = '{"shapes": [}'
    found = drawn(tmp_path / 'set', **files)
    assert len(found.maps) == 39 and '33.json is broken JSON' in found.notes
