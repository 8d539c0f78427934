"""Classes and colours."""

import itertools

import pytest

from projects.ecgan.datasets import generated_palette, label_preset


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
