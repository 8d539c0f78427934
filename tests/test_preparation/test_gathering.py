"""From a folder of whatever kind to pairs: files, annotations, masks of single classes."""

import json

import numpy as np
import pytest
from planted import draw, save, write_tree

from projects.ecgan.datasets import SCENE_CLASSES, read_ids
from projects.ecgan.errors import DataError
from projects.ecgan.preparation import survey


def square(image: int, number: int, category: int, at: int) -> dict:
    corners = [at, 8, at + 16, 8, at + 16, 24, at, 24]
    return dict(id=number, image_id=image, category_id=category, segmentation=[corners])


def write_coco(root, categories=('road', 'car')):
    content = dict(images=[], annotations=[], categories=[])
    for index in range(4):
        save(root / f'images/{index}.jpg', draw(index)[0])
        content['images'].append(dict(id=index, file_name=f'{index}.jpg', width=96, height=64))
        content['annotations'] += [
            square(index, 2 * index, 1, 8 + index),
            square(index, 2 * index + 1, 5, 40 + index),
        ]
    content['categories'] = [dict(id=i, name=n) for i, n in zip((1, 5), categories)]
    (root / 'annotations.json').write_text(json.dumps(content))
    return root


def test_annotations_are_drawn_beside(tmp_path):
    root = write_coco(tmp_path / 'mine')
    found = survey([root])
    assert found.labelling.classes == ['road', 'car'] and len(found.good) == 4
    assert found.labelling.with_unknown
    for look in found.good:
        index = int(look.pair.name)
        ids = read_ids(look.pair.files['label'], found.labelling.coding)
        expected = np.full((64, 96), 255)
        expected[8:24, 8 + index : 24 + index] = 0
        expected[8:24, 40 + index : 56 + index] = 1
        assert np.array_equal(ids, expected)
    assert f'4 label maps drawn in {tmp_path / "mine_label_maps"}' in found.notes[0]
    # A second look draws anew, and finds the same.
    again = survey([root])
    assert again.labelling.classes == found.labelling.classes and len(again.good) == 4


def test_a_list_gives_drawn_classes_their_colours(tmp_path):
    root = write_coco(tmp_path / 'mine')
    (tmp_path / 'list.csv').write_text('id,name,r,g,b\n7,car,1,2,3\n9,road,4,5,6\n')
    found = survey([root], tmp_path / 'list.csv')
    assert found.labelling.classes == ['road', 'car']
    assert found.labelling.palette == [(4, 5, 6), (1, 2, 3)]
    assert any('gives colours alone' in note for note in found.notes)


def test_masks_of_single_classes_are_put_together(tmp_path):
    for index in range(4):
        photo, ids, _ = draw(index)
        save(tmp_path / f'mine/images/p{index}.jpg', photo)
        for number, name in enumerate(SCENE_CLASSES):
            mask = np.where(ids == number, 255, 0).astype(np.uint8)
            save(tmp_path / f'mine/masks/p{index}_class_{name}.png', mask)
    found = survey([tmp_path / 'mine'])
    assert found.labelling.classes == sorted(SCENE_CLASSES) and len(found.good) == 4
    places = [sorted(SCENE_CLASSES).index(name) for name in SCENE_CLASSES]
    for look in found.good:
        ids = read_ids(look.pair.files['label'], found.labelling.coding)
        assert np.array_equal(ids, np.array(places)[draw(int(look.pair.name[1:]))[1]])


def test_a_table_in_the_folder_is_named(tmp_path):
    root = write_tree(tmp_path / 'mine', 4)
    (root / 'labelmap.txt').write_text('sky:1,2,3::\nroad:4,5,6::\n')
    notes = survey([root]).notes
    assert f'classes are called by their ids: add --classes {root / "labelmap.txt"}' in notes


def test_nothing_at_all(tmp_path):
    save(tmp_path / 'mine/a.jpg', draw(0)[0])
    with pytest.raises(DataError, match=r'no photo has a label map in .* 1 .jpg in it'):
        survey([tmp_path / 'mine'])
