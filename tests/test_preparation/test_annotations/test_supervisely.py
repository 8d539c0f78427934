"""Supervisely's projects."""

import base64
import io
import zlib

import numpy as np
import pytest
from annotated import drawn, grid
from PIL import Image

from projects.ecgan.errors import DataError

META = dict(
    classes=[dict(title='road', shape='polygon', color='#804080'),
             dict(title='car', shape='bitmap', color='#400080')],
    tags=[],
)  # fmt: skip


def sly(*objects: dict) -> dict:
    return dict(description='', tags=[], size=dict(height=6, width=6), objects=list(objects))


def thing(kind: str, exterior: list = (), interior: list = (), title: str = 'car', **more) -> dict:
    points = dict(exterior=list(exterior), interior=list(interior))
    return dict(id=5, classTitle=title, geometryType=kind, points=points, **more)


def bitmap(values: np.ndarray, origin: list) -> dict:
    content = io.BytesIO()
    Image.fromarray(values).save(content, 'PNG')
    data = base64.b64encode(zlib.compress(content.getvalue())).decode()
    return thing('bitmap', bitmap=dict(data=data, origin=origin))


def one(tmp_path, *objects: dict):
    files = {'meta.json': META, 'ds/ann/a.jpg.json': sly(*objects), 'ds/img/a.jpg': (6, 6)}
    return drawn(tmp_path / 'set', **files)


SQUARE, HOLE = [[0, 0], [5, 0], [5, 5], [0, 5]], [[1, 1], [3, 1], [3, 3], [1, 3]]
MASK = np.array([[255, 0], [255, 255]], np.uint8)


@pytest.mark.parametrize(
    ('each', 'rows'),
    [
        (thing('polygon', SQUARE, [HOLE]), '111111 1...11 1...11 1...11 111111 111111'),
        (thing('rectangle', [[4, 3], [1, 2]]), '...... ...... .1111. .1111. ...... ......'),
        (bitmap(MASK, [1, 2]), '...... ...... .1.... .11... ...... ......'),
        (bitmap(MASK > 0, [1, 2]), '...... ...... .1.... .11... ...... ......'),
        (
            bitmap(np.stack([0 * MASK, 0 * MASK, 0 * MASK + 255, MASK], -1), [5, 4]),
            '...... ...... ...... ...... .....1 .....1',
        ),
    ],
)
def test_kinds_of_shapes(tmp_path, each, rows):
    found = one(tmp_path, each)
    assert np.array_equal(found.maps['a.png'], grid(*rows.split()))
    assert found.classes == [(0, 'road'), (1, 'car')]
    assert [row.colour for row in found.rows] == [(128, 64, 128), (64, 0, 128)]


def test_later_objects_lie_above_and_lines_are_left_out(tmp_path):
    found = one(
        tmp_path, thing('polygon', SQUARE, title='road'), thing('polygon', HOLE), thing('line')
    )
    assert (found.only[1:4, 1:4] == 1).all() and found.only[0, 0] == 0
    assert '1 line' in found.notes


def test_data_sets_of_a_project_are_folders(tmp_path):
    files = {'meta.json': META}
    for split in ('train', 'val'):
        files[f'{split}/ann/a.jpg.json'] = sly(thing('polygon', SQUARE))
        files[f'{split}/img/a.jpg'] = (6, 6)
    found = drawn(tmp_path / 'set', **files)
    assert list(found.maps) == ['train/img/a.png', 'val/img/a.png']


@pytest.mark.parametrize(
    ('each', 'text'),
    [
        (thing('polygon', SQUARE[:2]), r'object 5 \(car\): it has 2 corners'),
        (thing('rectangle', SQUARE), 'a rectangle has two points, not 4'),
        (thing('bitmap'), 'its bitmap is no packed PNG'),
        (thing('bitmap', bitmap=dict(data='AAAA', origin=[0, 0])), 'its bitmap is no packed PNG'),
        (thing(['polygon'], SQUARE), 'objects of type .* are not known'),
        (thing('blob'), "objects of type 'blob' are not known"),
        (thing('polygon', SQUARE, title=''), 'it has no classTitle'),
        (dict(classTitle='car', geometryType='polygon'), 'it has no points'),
    ],
)
def test_what_is_refused(tmp_path, each, text):
    with pytest.raises(DataError, match=text) as error:
        one(tmp_path, each)
    assert 'a.jpg.json' in str(error.value)
