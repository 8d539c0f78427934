"""Annotations with random faults: maps or a sentence, never anything else."""

import copy
import random
from collections.abc import Iterator

import pytest
from annotated import box, put
from campaign_results import seed

from projects.ecgan.errors import UserError
from projects.ecgan.preparation.annotations import draw, find_annotations

IMAGES = [dict(id=1, file_name='a.jpg', width=6, height=4)]
CATEGORIES = [dict(id=1, name='car', color=[1, 2, 3])]
TRIANGLE = [[0, 0], [3, 0], [3, 3]]
FILES = {
    'coco.json': dict(
        images=IMAGES, categories=CATEGORIES,
        annotations=[
            dict(id=1, image_id=1, category_id=1, segmentation=[box(0, 0, 3, 3)]),
            dict(id=2, image_id=1, category_id=1, segmentation=dict(size=[4, 6], counts=[12, 12])),
        ],
    ),
    'panoptic.json': dict(
        images=IMAGES, categories=CATEGORIES,
        annotations=[
            dict(image_id=1, file_name='a.png', segments_info=[dict(id=5, category_id=1)])
        ],
    ),
    'labelme.json': dict(
        version='5', imagePath='a.jpg', imageHeight=4, imageWidth=6,
        shapes=[
            dict(label='car', points=TRIANGLE, shape_type='polygon'),
            dict(label='car', points=TRIANGLE[:2], shape_type='circle'),
        ],
    ),
    'a.jpg.json': dict(
        size=dict(width=6, height=4),
        objects=[
            dict(classTitle='car', geometryType='polygon',
                 points=dict(exterior=TRIANGLE, interior=[])),
        ],
    ),
    'label_studio.json': [
        dict(id=1, data=dict(image='a.jpg'), annotations=[dict(id=1, result=[
            dict(id='r', original_width=6, original_height=4,
                 value=dict(points=TRIANGLE, polygonlabels=['car'])),
            dict(id='q', original_width=6, original_height=4,
                 value=dict(x=1, y=1, width=5, height=5, rotation=0, rectanglelabels=['sky'])),
        ])]),
    ],
    'via.json': dict(
        _via_img_metadata=dict(a=dict(filename='a.jpg', regions=[dict(
            shape_attributes=dict(name='polygon', all_points_x=[0, 3, 3], all_points_y=[0, 0, 3]),
            region_attributes={'class': 'car'},
        )])),
        _via_attributes=dict(region={'class': dict(options={'car': ''})}),
    ),
}  # fmt: skip
ODD = (
    None, True, 0, -1, 1.5, float('nan'), float('inf'), 10**20, '', 'x', '\0', '..', [], [[]], {},
    {'a': 1}, [None], ['a'], [1, 2, 3], [[1, 2], [3]], 'a.jpg',
)  # fmt: skip


def places(value: object, above: tuple = ()) -> Iterator[tuple]:
    """Every place in a document, as keys and indices from the root."""
    if above:
        yield above
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    for key in keys:
        yield from places(value[key], (*above, key))


def spoil(document: object, rng: random.Random) -> tuple:
    """Take something away or put something odd there; says where."""
    *above, last = place = rng.choice(list(places(document)))
    for key in above:
        document = document[key]
    if rng.random() < 0.25 and isinstance(document, dict):
        del document[last]
    else:
        document[last] = copy.deepcopy(rng.choice(ODD))
    return place


@pytest.mark.campaign
@pytest.mark.parametrize('name', FILES)
def test_random_faults(tmp_path, name):
    rng = random.Random(seed())
    for number in range(300):
        document = copy.deepcopy(FILES[name])
        place = spoil(document, rng)
        files = {name: document, 'images/a.jpg': (4, 6), 'panoptic/a.png': (4, 6)}
        for path, content in files.items():
            put(tmp_path / str(number) / path, content)
        try:
            if source := find_annotations(tmp_path / str(number)):
                maps = draw(source, None, tmp_path / 'maps' / str(number))
                assert maps.classes and list(maps.folder.rglob('*.png')), place
        except UserError as error:
            assert ' ' in str(error), place
