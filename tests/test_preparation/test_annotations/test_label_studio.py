"""Label Studio's JSON and JSON-MIN."""

import numpy as np
import pytest
from annotated import drawn, grid

from projects.ecgan.errors import DataError

# By label-studio-sdk 2.1.2: [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [1, 0, 0, 0, 0]].
BRUSH = [0, 0, 0, 60, 57, 27, 254, 23, 0, 183, 255, 24, 4, 127, 247, 192, 0]
UPLOAD = '/data/upload/1/0a1b2c3d-a%20b.jpg'


def region(kind: str, label: str = 'car', size: tuple = (4, 8), **value) -> dict:
    return dict(
        id='x1', type=kind, from_name='label', to_name='image', image_rotation=0,
        original_height=size[0], original_width=size[1], value={kind: [label], **value},
    )  # fmt: skip


def polygon(label: str, left: float, top: float, right: float, bottom: float) -> dict:
    points = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return region('polygonlabels', label, points=points, closed=True)


def task(*regions: dict, image: str = UPLOAD, **more) -> dict:
    return dict(
        id=1, data=dict(image=image), annotations=[dict(id=2, result=list(regions))], **more
    )


def one(tmp_path, *regions: dict, size: tuple = (4, 8)):
    return drawn(tmp_path / 'set', **{'p.json': [task(*regions)], 'images/a b.jpg': size})


@pytest.mark.parametrize(
    ('each', 'rows'),
    [
        # Percent of 8 x 4 pixels.
        (polygon('car', 25, 25, 75, 75), '........ ..0000.. ..0000.. ........'),
        (
            region('rectanglelabels', x=50, y=0, width=50, height=25, rotation=0),
            '....0000 ........ ........ ........',
        ),
        # About its left upper corner: what was right is below.
        (
            region('rectanglelabels', x=50, y=0, width=50, height=25, rotation=90),
            '...0.... ...0.... ...0.... ...0....',
        ),
        (
            region('ellipselabels', x=50, y=50, radiusX=50, radiusY=25, rotation=90),
            '...00... ...00... ...00... ...00...',
        ),
    ],
)
def test_kinds_of_shapes(tmp_path, each, rows):
    found = one(tmp_path, each)
    assert np.array_equal(found.maps['a b.png'], grid(*rows.split()))


def test_a_brush(tmp_path):
    brush = region('brushlabels', size=(3, 5), format='rle', rle=BRUSH)
    assert np.array_equal(one(tmp_path, brush, size=(3, 5)).only, grid('.....', '.000.', '0....'))


def test_json_min(tmp_path):
    values = [
        dict(points=[[0, 0], [50, 0], [50, 100], [0, 100]], polygonlabels=['road'],
             original_width=8, original_height=4),
        dict(x=0, y=0, width=25, height=100, rotation=0, rectanglelabels=['car'],
             original_width=8, original_height=4),
    ]  # fmt: skip
    json = [dict(id=1, image=UPLOAD, label=values, annotator=1, annotation_id=2, lead_time=3.2)]
    found = drawn(tmp_path / 'set', **{'min.json': json, 'images/a b.jpg': (4, 8)})
    assert found.classes == [(0, 'car'), (1, 'road')]
    assert np.array_equal(found.only, grid(*['0011....'] * 4))


def test_later_regions_lie_above_and_the_first_annotation_that_holds_is_taken(tmp_path):
    json = task(polygon('road', 0, 0, 100, 100), polygon('car', 0, 0, 25, 100))
    json['annotations'].insert(
        0, dict(id=1, was_cancelled=True, result=[polygon('car', 0, 0, 100, 100)])
    )
    json['annotations'].append(dict(id=3, result=[polygon('car', 0, 0, 100, 100)]))
    found = drawn(tmp_path / 'set', **{'p.json': [json], 'images/a b.jpg': (4, 8)})
    assert found.only[0].tolist() == [0, 0, 1, 1, 1, 1, 1, 1]
    assert '1 photos are annotated more than once: the first annotation that is not' in found.notes


@pytest.mark.parametrize(
    'image',
    [
        UPLOAD,
        '/data/local-files/?d=my/images/a%20b.jpg',
        'https://host.example/bucket/a%20b.jpg?X-Amz-Date=1&X-Amz-Signature=a.b/c',
        's3://bucket/a b.jpg',
        'C:\\photos\\a b.jpg',
    ],
)
def test_names_of_photos(tmp_path, image):
    json = [task(polygon('car', 0, 0, 100, 100), image=image)]
    found = drawn(tmp_path / 'set', **{'p.json': json, 'images/a b.jpg': (4, 8)})
    assert list(found.maps) == ['a b.png']


def test_what_is_no_area_or_has_no_label_is_counted(tmp_path):
    regions = [
        polygon('car', 0, 0, 100, 100),
        region('keypointlabels', x=1, y=1),
        dict(type='choices', value=dict(choices=['day'])),
    ]
    notes = one(tmp_path, *regions).notes
    assert '1 choices without label' in notes and '1 keypointlabels without area' in notes


@pytest.mark.parametrize(
    ('each', 'text'),
    [
        (region('brushlabels', rle=BRUSH), 'its brush has 60 values, not four for each pixel'),
        (region('brushlabels', size=(3, 5), rle=BRUSH[:9]), 'its brush is cut off'),
        (region('polygonlabels', points=[[0, 0], [1, 1]]), 'it has 2 corners'),
        (region('rectanglelabels', x='a', y=0, width=1, height=1), "its x is 'a', no number"),
        (polygon('car', 0, 0, 9, 9) | dict(image_rotation=90), 'the picture was turned'),
        (polygon('car', 0, 0, 9, 9) | dict(original_width=None), 'it lacks original_width'),
        (region('polygonlabels', points=[], polygonlabels=['a', 'b']), 'it has 2 labels, not one'),
    ],
)
def test_what_is_refused(tmp_path, each, text):
    with pytest.raises(DataError, match=text) as error:
        one(tmp_path, each, size=(each['original_height'], each['original_width'] or 8))
    assert 'p.json' in str(error.value) and 'task 1, region x1' in str(error.value)
