"""Objects lifted out of layouts, and put where they stand on the same ground."""

import numpy as np
import pytest

from projects.ecgan.dataset_generation.layout_objects import find_objects, foot_of
from projects.ecgan.dataset_generation.layout_pair import LayoutPair
from projects.ecgan.dataset_generation.recombination import MOST_OBJECTS, Recombination, _at_size

SKY, ROAD, WALK, MAN, SIGN, UNKNOWN = 0, 1, 2, 3, 4, 255


def street(height=20, width=30, walk=10) -> np.ndarray:
    """Sky above, from row 10 on a pavement to the left and a road to the right."""
    labels = np.full((height, width), SKY, np.int64)
    labels[10:, :walk], labels[10:, walk:] = WALK, ROAD
    return labels


def with_man(left=3, top=6) -> np.ndarray:
    """A man of 6 x 3 pixels, whose feet are the outer two of his lowest row."""
    labels = street()
    labels[top : top + 6, left : left + 3] = MAN
    labels[top + 5, left + 1] = WALK
    return labels


def objects_of(labels, rare=(MAN, SIGN), instances=None, source='a'):
    pair = LayoutPair(labels, labels if instances is None else instances)
    return list(find_objects(pair, rare, UNKNOWN, source))


def test_feet_are_the_columns_that_end_lowest():
    mask = np.array([[1, 1, 1], [1, 1, 1], [1, 0, 1]], bool)
    rows, columns = foot_of(mask)
    assert rows.tolist() == [3, 3] and columns.tolist() == [0, 2]


def test_an_object_knows_what_it_stands_on():
    (man,) = objects_of(with_man())
    assert (man.label, man.ground, man.top, man.left) == (MAN, WALK, 6, 3)
    assert man.mask.shape == (6, 3) and man.mask.sum() == 17 and not man.mask[5, 1]


@pytest.mark.parametrize(
    ('name', 'place'),
    [
        ('at the border', np.s_[5:12, 0:3]),
        ('at the lower border', np.s_[12:20, 3:6]),
        ('tiny', np.s_[12:14, 3:6]),
        ('huge', np.s_[2:15, 2:20]),
    ],
)
def test_what_is_not_lifted_out(name, place):
    labels = street()
    labels[place] = MAN
    assert objects_of(labels) == []


def test_no_object_stands_on_the_unknown_or_on_another_rare_class():
    for ground in (UNKNOWN, SIGN):
        labels = with_man()
        labels[12, 2:7] = ground
        assert [each.label for each in objects_of(labels)] == []


def test_instances_of_one_region_are_two_objects():
    labels = street()
    labels[6:12, 3:7] = MAN
    instances = labels.copy()
    instances[6:12, 5:7] = 77
    assert [each.mask.sum() for each in objects_of(labels, instances=instances)] == [12, 12]


def test_a_pasted_object_stands_on_its_ground_and_is_one_instance():
    objects = objects_of(with_man())
    recombine = Recombination(objects, (MAN, SIGN))
    for seed in range(20):
        given = LayoutPair(street(), street())
        (labels, instances), what = recombine(given, np.random.default_rng(seed), 'b')
        assert np.array_equal(given.labels, street())
        for place in what.get('pasted', []):
            assert place['label'] == MAN and place['source'] == 'a'
            # At the same height, within a fiftieth of 20 rows; on the pavement, 10 columns wide:
            # both feet, as four fifths of two are more than one.
            assert place['top'] == 6 and 0 <= place['left'] <= 7
        pasted = labels == MAN
        assert np.array_equal(pasted, instances > WALK)
        assert pasted.any() == bool(what)
        count = len(np.unique(instances[pasted]))
        assert count <= len(what.get('pasted', [])) <= MOST_OBJECTS


def test_objects_are_not_taken_from_the_layout_itself_and_hide_no_rare_one():
    recombine = Recombination(objects_of(with_man(), source='a'), (MAN, SIGN))
    pair = LayoutPair(street(), street())
    assert recombine(pair, np.random.default_rng(0), 'a')[1] == {}
    full = street()
    full[:12] = SIGN
    for seed in range(5):
        numbers = np.random.default_rng(seed)
        assert recombine(LayoutPair(full, full), numbers, 'b')[1] == {}


def test_an_object_is_brought_to_the_size_of_the_layout():
    (man,) = objects_of(with_man())
    mask, top = _at_size(man, (40, 60))
    assert mask.shape == (12, 6) and top == 12
    assert np.array_equal(mask, man.mask.repeat(2, 0).repeat(2, 1))
    # At half its size a pixel is his where two of four were; his feet are lost with their row.
    mask, top = _at_size(man, (10, 15))
    assert top == 3 and mask[-1].any()
