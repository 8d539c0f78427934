"""What values of maps mean: decided on scenes, and checked against what was drawn."""

import numpy as np
import pytest
from planted import COLOURS, draw, label, save, write_classes, write_tree

from projects.ecgan.datasets import SCENE_CLASSES, read_ids
from projects.ecgan.errors import DataError
from projects.ecgan.preparation import survey

SPREAD = np.array([0, 40, 80, 120, 160, 200, 240, 250], np.uint8)


def decided(root, classes=None):
    """The labelling, and the ids that it gives for the first map."""
    found = survey([root], classes)
    assert found.findings == []
    return found.labelling, read_ids(label(root, '000'), found.labelling.coding)


@pytest.mark.parametrize('coding', ['ids', 'palette', 'colours'])
@pytest.mark.parametrize('is_listed', [True, False])
def test_classes_of_scenes(tmp_path, coding, is_listed):
    root = write_tree(tmp_path, 12, coding)
    classes = write_classes(tmp_path / 'classes.txt') if is_listed else None
    labelling, ids = decided(root, classes)
    assert labelling.kind == coding and labelling.with_unknown is is_listed
    if is_listed or coding != 'colours':
        assert np.array_equal(ids, draw(0)[1])
    if is_listed:
        assert labelling.classes == list(SCENE_CLASSES)
    if is_listed or coding == 'palette':
        assert [tuple(colour) for colour in labelling.palette] == [tuple(c) for c in COLOURS]
    if coding == 'colours':
        assert np.array_equal(np.array(labelling.palette)[ids], COLOURS[draw(0)[1]])
        # The most frequent first: ids do not depend on the order of files.
        counts = [pixels for pixels, _ in labelling.count(survey([root]).looks).values()]
        assert is_listed or counts == sorted(counts, reverse=True)


def rewrite(root, count, change):
    for index in range(count):
        save(label(root, f'{index:03d}'), change(draw(index)[1]))


def test_ids_far_apart_move_together(tmp_path):
    root = write_tree(tmp_path, 12)
    rewrite(root, 12, lambda labels: SPREAD[labels])
    labelling, ids = decided(root)
    assert labelling.label_map == {old: new for new, old in enumerate(SPREAD.tolist()) if new}
    assert labelling.classes[3] == 'id 120' and np.array_equal(ids, draw(0)[1])


def test_ids_of_sixteen_bits(tmp_path):
    root = write_tree(tmp_path, 12)
    rewrite(root, 12, lambda labels: labels.astype(np.uint16) * 1000)
    _, ids = decided(root)
    assert np.array_equal(ids, draw(0)[1])


def test_unknown_pixels_are_255(tmp_path):
    root = write_tree(tmp_path, 12)
    rewrite(root, 12, lambda labels: np.where(labels == 3, 255, labels).astype(np.uint8))
    labelling, ids = decided(root)
    assert labelling.with_unknown and len(labelling.classes) == 8 and not labelling.label_map
    assert np.array_equal(ids == 255, draw(0)[1] == 3)


def test_a_mask_of_0_and_255_has_two_classes(tmp_path):
    root = write_tree(tmp_path, 12)
    rewrite(root, 12, lambda labels: np.where(labels > 2, 255, 0).astype(np.uint8))
    labelling, ids = decided(root)
    assert labelling.label_map == {255: 1} and not labelling.with_unknown
    assert np.array_equal(ids, draw(0)[1] > 2)


@pytest.mark.parametrize('is_listed', [True, False])
def test_ids_in_three_equal_channels(tmp_path, is_listed):
    root = write_tree(tmp_path, 12)
    rewrite(root, 12, lambda labels: np.dstack([labels] * 3))
    classes = write_classes(tmp_path / 'classes.txt') if is_listed else None
    labelling, ids = decided(root, classes)
    assert labelling.kind == 'ids' and np.array_equal(ids, draw(0)[1])
    assert labelling.reading.channel == 'red' and len(labelling.classes) == 8


def test_a_list_with_gaps_and_unknown_first(tmp_path):
    root = write_tree(tmp_path, 12)
    rewrite(root, 12, lambda labels: (labels * 3).astype(np.uint8))
    rows = [f'{3 * i} {name if i else "void"}' for i, name in enumerate(SCENE_CLASSES)]
    (tmp_path / 'classes.txt').write_text('\n'.join(rows))
    labelling, ids = decided(root, tmp_path / 'classes.txt')
    assert labelling.classes == list(SCENE_CLASSES[1:]) and labelling.with_unknown
    expected = np.where(draw(0)[1] == 0, 255, draw(0)[1].astype(int) - 1)
    assert np.array_equal(ids, expected)


def test_colours_without_colours_in_the_list(tmp_path):
    root = write_tree(tmp_path, 3, 'colours')
    (tmp_path / 'classes.txt').write_text('\n'.join(SCENE_CLASSES))
    with pytest.raises(DataError, match='list of classes has none for sky, road, grass, building'):
        survey([root], tmp_path / 'classes.txt')


def test_instance_maps_are_no_classes(tmp_path):
    root = write_tree(tmp_path, 12)
    for index in range(12):
        patches = np.arange(96, dtype=np.uint16).reshape(8, 12).repeat(8, 0).repeat(8, 1)
        save(label(root, f'{index:03d}'), patches + 96 * (index // 2))
    with pytest.raises(DataError, match='hold 576 different ids: these are no classes'):
        survey([root])
