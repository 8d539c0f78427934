"""COCO's JSON, as several tools write it."""

import numpy as np
import pytest
from annotated import box, drawn, grid

from projects.ecgan.errors import DataError

A, B = dict(id=3, name='road'), dict(id=17, name='car')
# [[0, 1, 0], [1, 1, 0]] down the columns.
RUNS = [1, 3, 2]


def coco(*annotations: dict, images: tuple = (), categories: tuple = (B, A), **size) -> dict:
    size = size or dict(height=4, width=6)
    return dict(
        images=list(images) or [dict(id=1, file_name='a.jpg', **size)],
        categories=list(categories),
        annotations=[dict(id=number, image_id=1, iscrowd=0) | each
                     for number, each in enumerate(annotations, 1)],
    )  # fmt: skip


def area(category: int, *rings: list, **more) -> dict:
    return dict(category_id=category, segmentation=list(rings), **more)


def test_polygons_in_the_order_of_the_list(tmp_path):
    json = coco(area(3, box(0, 0, 4, 4)), area(17, box(2, 1, 6, 3), box(0, 0, 1, 1)))
    found = drawn(tmp_path / 'set', **{'a.json': json, 'images/a.jpg': (4, 6)})
    # Categories with gaps are classes in the order of their ids.
    assert found.classes == [(0, 'road'), (1, 'car')]
    assert np.array_equal(found.maps['a.png'], grid('1000..', '001111', '001111', '0000..'))
    assert found.maps['a.png'].dtype == np.uint8
    assert '2 shapes drawn; later ones of a list lie above earlier ones' in found.notes
    assert 'claim 20.83% of the pixels' in found.notes
    assert '16.67% of the pixels have no shape and are unknown (255)' in found.notes


def test_later_ones_cover_earlier_ones_and_it_is_said(tmp_path):
    json = coco(area(17, box(1, 1, 2, 2)), area(3, box(0, 0, 6, 4)))
    found = drawn(tmp_path / 'set', **{'a.json': json, 'a.jpg': (4, 6)})
    assert (found.only == 0).all()
    assert '1 shapes lie wholly under others' in found.notes


@pytest.mark.parametrize('counts', [RUNS, '132'])
def test_runs_and_crowds(tmp_path, counts):
    crowd = dict(category_id=17, iscrowd=1, segmentation=dict(size=[2, 3], counts=counts))
    found = drawn(tmp_path / 'set', **{'a.json': coco(crowd, height=2, width=3), 'a.jpg': (2, 3)})
    assert np.array_equal(found.only, grid('.1.', '11.'))


def test_the_background_has_what_nobody_labelled(tmp_path):
    categories = (dict(id=0, name='Background'), A)
    json = coco(area(3, box(0, 0, 6, 1)), categories=categories)
    json['images'].append(dict(id=2, file_name='b.jpg', height=2, width=2))
    files = {'a.json': json, 'i/a.jpg': (4, 6), 'i/b.jpg': (2, 2)}
    found = drawn(tmp_path / 'set', **files)
    assert np.array_equal(found.maps['a.png'], grid('111111', *['000000'] * 3))
    # A photo without a shape is background alone.
    assert np.array_equal(found.maps['b.png'], grid('00', '00'))
    assert 'are Background (id 0); 1 photos have nothing else' in found.notes


def test_a_photo_without_shapes_has_no_map_where_there_is_no_background(tmp_path):
    json = coco(area(3, box(0, 0, 6, 4)))
    json['images'].append(dict(id=2, file_name='b.jpg', height=2, width=2))
    files = {'a.json': json, 'a.jpg': (4, 6), 'b.jpg': (2, 2), 'c.jpg': (2, 2)}
    found = drawn(tmp_path / 'set', **files)
    assert list(found.maps) == ['a.png']
    assert '1 photos have no shape and so no map' in found.notes
    assert '1 photos have no annotations: c.jpg' in found.notes
    assert '1 classes have no shape: car' in found.notes


def test_roboflows_splits(tmp_path):
    files = {}
    for split in ('train', 'valid'):
        files[f'{split}/_annotations.coco.json'] = coco(area(3, box(0, 0, 6, 4)))
        files[f'{split}/a.jpg'] = (4, 6)
    found = drawn(tmp_path / 'set', **files)
    assert list(found.maps) == ['train/a.png', 'valid/a.png']


def test_splits_in_one_folder_of_annotations(tmp_path):
    files = {}
    for split in ('train', 'val'):
        json = coco(area(3 if split == 'train' else 17, box(0, 0, 6, 4)))
        json['images'][0]['file_name'] = f'{split}.jpg'
        files[f'annotations/instances_{split}2017.json'] = json
        files[f'images/{split}2017/{split}.jpg'] = (4, 6)
    found = drawn(tmp_path / 'set', **files)
    assert {name: values[0, 0] for name, values in found.maps.items()} == {
        'train2017/train.png': 0,
        'val2017/val.png': 1,
    }


def test_of_files_with_the_same_photos_that_with_most_classes_is_taken(tmp_path):
    things, persons = coco(area(3, box(0, 0, 6, 4))), coco(area(17, box(0, 0, 6, 4)))
    persons['categories'] = [B]
    files = {'a_persons.json': persons, 'b_things.json': things, 'a.jpg': (4, 6)}
    found = drawn(tmp_path / 'set', **files)
    assert (found.only == 0).all() and found.classes == [(0, 'road'), (1, 'car')]
    assert 'a_persons.json is not used: it has pictures of' in found.notes


def test_files_that_number_the_same_classes_otherwise(tmp_path):
    first, second = coco(area(3, box(0, 0, 6, 4))), coco(area(3, box(0, 0, 6, 4)))
    second['categories'] = [dict(id=1, name='road'), dict(id=3, name='car')]
    files = {'x/f.json': first, 'y/f.json': second, 'x/a.jpg': (4, 6), 'y/a.jpg': (4, 6)}
    found = drawn(tmp_path / 'set', **files)
    assert found.classes == [(0, 'road'), (1, 'car')]
    assert (found.maps['x/a.png'] == 0).all() and (found.maps['y/a.png'] == 1).all()


def test_boxes_are_left_out_and_counted(tmp_path):
    boxed = dict(category_id=17, segmentation=[], bbox=[0, 0, 2, 2])
    files = {'a.json': coco(area(3, box(0, 0, 6, 4)), boxed), 'a.jpg': (4, 6)}
    found = drawn(tmp_path / 'set', **files)
    assert (found.only == 0).all()
    assert '1 boxes without a segmentation' in found.notes


def test_boxes_alone_are_refused(tmp_path):
    boxed = dict(category_id=17, bbox=[0, 0, 2, 2])
    with pytest.raises(DataError, match=r'a\.json has no areas to draw \(1 boxes without a seg'):
        drawn(tmp_path / 'set', **{'a.json': coco(boxed), 'a.jpg': (4, 6)})


def test_ids_above_254_take_sixteen_bits_and_leave_255_out(tmp_path):
    categories = tuple(dict(id=number, name=f'c{number}') for number in range(300))
    json = coco(area(254, box(0, 0, 1, 4)), area(255, box(1, 0, 2, 4)), categories=categories)
    found = drawn(tmp_path / 'set', **{'a.json': json, 'a.jpg': (4, 6)})
    assert found.only.dtype == np.uint16
    assert found.only[0].tolist() == [254, 256, 255, 255, 255, 255]
    assert (256, 'c255') in found.classes and 255 not in dict(found.classes)


def test_classes_called_unknown_are_unknown(tmp_path):
    categories = (dict(id=0, name='void'), A)
    json = coco(area(3, box(0, 0, 6, 4)), area(0, box(0, 0, 1, 4)), categories=categories)
    found = drawn(tmp_path / 'set', **{'a.json': json, 'a.jpg': (4, 6)})
    assert found.classes == [(0, 'road')] and found.only[0].tolist() == [255, 0, 0, 0, 0, 0]
    assert 'unknown by their names: 1 of void' in found.notes


GOOD = [area(3, box(0, 0, 6, 4))] * 20


def test_a_few_faulty_annotations_are_left_out_and_named(tmp_path):
    categories = (dict(id=0, name='background'), A)
    faulty = area(3, [0, 0, 1, 1, 2])
    json = coco(*[area(3, box(0, 0, 1, 4))] * 20, faulty, categories=categories)
    found = drawn(tmp_path / 'set', **{'a.json': json, 'a.jpg': (4, 6)})
    assert 'a.json: a.jpg: annotation 21: its corners are 5 numbers, which is odd' in found.notes
    # What might have been the shape's is not background.
    assert found.only[0].tolist() == [1, 255, 255, 255, 255, 255]


@pytest.mark.parametrize(
    ('annotation', 'text'),
    [
        (area(3, [0, 0, 1, 1, 2]), 'annotation 1: its corners are 5 numbers, which is odd'),
        (area(3, [0, 0, 1, 1]), 'annotation 1: it has 2 corners, fewer than 3'),
        (area(3, ['a', 'b'] * 3), 'annotation 1: its corners are not numbers'),
        (area(5, box(0, 0, 1, 1)), 'annotation 1: there is no category 5'),
        (area([5], box(0, 0, 1, 1)), r'annotation 1: there is no category \[5\]'),
        (area(3, []), 'annotation 1: it has 0 corners'),
        (area(3, {'x': 1}), 'a list of objects'),
        (dict(category_id=3, segmentation='abc'), 'neither polygons nor run lengths'),
        (
            dict(category_id=3, segmentation=dict(size=[2, 3], counts=RUNS)),
            'annotation 1: its run lengths are of 3 x 2, the picture of 6 x 4',
        ),
        (
            dict(category_id=3, segmentation=dict(size=[4, 6], counts=RUNS)),
            'annotation 1: its run lengths cover 6 pixels of 24',
        ),
        (dict(category_id=3, segmentation=dict(size=[4, 6])), 'annotation 1: its run lengths lack'),
        (area(3, box(0, 0, 1, 1), image_id=9), 'annotation 1: there is no image 9'),
    ],
)
def test_faulty_annotations_alone_are_refused(tmp_path, annotation, text):
    with pytest.raises(DataError, match=text) as error:
        drawn(tmp_path / 'set', **{'a.json': coco(annotation), 'a.jpg': (4, 6)})
    assert 'a.json' in str(error.value)


def test_a_size_that_is_not_the_photos(tmp_path):
    with pytest.raises(DataError, match=r'a\.jpg: is annotated at 6 x 4, but the photo is 4 x 6'):
        drawn(tmp_path / 'set', **{'a.json': coco(*GOOD), 'a.jpg': (6, 4)})


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        (dict(images=[dict(id=1)]), 'image 1: it has no file_name'),
        (dict(images=[dict(id=[1], file_name='a.jpg')]), r'image no\. 1: it has no id'),
        (dict(images=[dict(id=1, file_name='a.jpg', height='x', width=2)]), 'no pair of numbers'),
        (dict(images=[dict(id=1, file_name='a.jpg')] * 2), 'two images have the id 1'),
        (dict(images=[3]), 'images is no list of objects'),
        (dict(categories=[dict(id=1)]), 'a category has no name'),
        (dict(categories=[dict(id=[1], name='a')]), 'an id that is no number'),
        (dict(categories=[dict(id=3, name='void')]), 'has no classes but void'),
        (dict(categories=[A, A]), 'two categories have the same id'),
        (dict(images=[]), 'there is no image 1'),
    ],
)
def test_what_is_no_coco(tmp_path, change, text):
    with pytest.raises(DataError, match=text):
        drawn(tmp_path / 'set', **{'a.json': coco(*GOOD) | change, 'a.jpg': (4, 6)})


def test_an_image_without_a_size_has_that_of_its_photo(tmp_path):
    json = coco(area(3, box(0, 0, 6, 4)), images=(dict(id=1, file_name='a.jpg'),))
    found = drawn(tmp_path / 'set', **{'a.json': json, 'a.jpg': (4, 6)})
    assert found.only.shape == (4, 6)


def test_equal_to_pycocotools(tmp_path):
    tools = pytest.importorskip('pycocotools.coco')
    random = np.random.default_rng(0)
    annotations = [
        area(int(random.choice([3, 17])), *(
            random.uniform(-5, 45, (random.integers(6, 9), 2)).ravel().round(2).tolist()
            for _ in range(random.integers(1, 3))
        ))
        for _ in range(8)
    ]  # fmt: skip
    json = coco(*annotations, height=40, width=30)
    found = drawn(tmp_path / 'set', **{'a.json': json, 'a.jpg': (40, 30)})
    reference = np.full((40, 30), 255)
    api = tools.COCO(str(tmp_path / 'set/a.json'))
    for annotation in api.loadAnns(api.getAnnIds()):
        reference[api.annToMask(annotation) > 0] = {3: 0, 17: 1}[annotation['category_id']]
    assert np.array_equal(found.only, reference)
