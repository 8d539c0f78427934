"""Classes and colours."""

import itertools

import pytest

from projects.ecgan.datasets import generated_palette, label_preset
from projects.ecgan.datasets.palettes import palette_of


@pytest.mark.parametrize(
    ('name', 'number', 'some'),
    [
        ('cityscapes', 35, {0: 'unlabeled', 7: 'road', 23: 'sky', 26: 'car', 33: 'bicycle'}),
        ('ade20k', 150, {0: 'wall', 2: 'sky', 12: 'person', 149: 'flag'}),
        ('camvid', 11, {0: 'sky', 3: 'road', 8: 'car', 10: 'bicyclist'}),
        # COCO-Stuff ids minus one: things 1 to 90, stuff 92 to 182, gaps where COCO has none.
        (
            'coco_stuff',
            182,
            {
                0: 'person',
                10: 'fire hydrant',
                11: 'unused 11',
                12: 'stop sign',
                89: 'toothbrush',
                90: 'unused 90',
                91: 'banner',
                181: 'wood',
            },
        ),
    ],
)
def test_presets(name, number, some):
    preset = label_preset(name)
    assert len(preset['classes']) == len(preset['palette']) == number
    assert {index: preset['classes'][index] for index in some} == some
    assert len(set(preset['classes'])) == number
    assert all(len(c) == 3 and min(c) >= 0 and max(c) <= 255 for c in preset['palette'])


def test_a_preset_that_is_not_there():
    with pytest.raises(ValueError, match=r"'voc'; there are \['ade20k', 'camvid', 'city"):
        label_preset('voc')


def test_generated_colours_are_distinct_and_stay():
    palette = generated_palette(182)
    assert len({tuple(colour) for colour in palette}) == 182
    assert generated_palette(5) == palette[:5]
    nearest = min(
        sum(abs(a - b) for a, b in zip(one, two)) for one, two in itertools.pairwise(palette)
    )
    assert nearest > 60


def test_generated_colours_are_distinct_beyond_a_thousand():
    palette = [tuple(colour) for colour in generated_palette(5000)]
    assert len(set(palette)) == 5000 and (0, 0, 0) not in palette
    assert [list(colour) for colour in palette[:300]] == generated_palette(300)


def test_without_a_palette_every_class_has_a_colour():
    assert palette_of({'palette': [[1, 2, 3]]}, 300) == [[1, 2, 3]]
    assert palette_of({}) == palette_of({'palette': None}, 8) == generated_palette(255)
    assert palette_of({}, 300) == generated_palette(300)
