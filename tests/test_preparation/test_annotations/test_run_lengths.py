"""Masks that are written as lengths of runs."""

import numpy as np
import pytest

from projects.ecgan.errors import DataError
from projects.ecgan.preparation.annotations.run_lengths import (
    coco_mask,
    fill_runs,
    label_studio_values,
)

# [[0, 1, 0], [1, 1, 0]], down the columns: 0 1 1 1 0 0.
SMALL = np.array([[0, 1, 0], [1, 1, 0]], bool)
# By label-studio-sdk 2.1.2 of a mask of 3 x 5 with four pixels.
BRUSH = [0, 0, 0, 60, 57, 27, 254, 23, 0, 183, 255, 24, 4, 127, 247, 192, 0]


def test_runs_begin_with_nought():
    assert fill_runs([2, 1, 0, 3], 6).tolist() == [0, 0, 1, 1, 1, 1]
    assert fill_runs([0, 2], 2).all() and not fill_runs([2], 2).any()
    assert fill_runs(['2', '1'], 3).tolist() == [0, 0, 1]


@pytest.mark.parametrize('counts', [[1, 3, 2], '132'])
def test_coco_runs_down_the_columns(counts):
    assert np.array_equal(coco_mask(dict(size=[2, 3], counts=counts), (2, 3)), SMALL)


def test_letters_of_several_groups_and_of_falling_numbers():
    # By hand: 40 = 8 + 32 -> 'X1' (8 | 32 | more, 1); then 3, 57 -> 'i1'; 2 less 3 is -1 -> 'O'.
    runs = np.repeat([0, 1, 0, 1], [40, 3, 57, 2])
    assert np.array_equal(coco_mask(dict(size=[102, 1], counts='X13i1O'), (102, 1))[:, 0], runs)


@pytest.mark.parametrize(
    ('segmentation', 'text'),
    [
        (dict(size=[2, 3], counts=[1, 3]), 'cover 4 pixels of 6'),
        (dict(size=[2, 3], counts=[1, -3, 8]), 'not whole numbers from 0'),
        (dict(size=[2, 3], counts=[1, 2.5, 2.5]), 'not whole numbers from 0'),
        (dict(size=[2, 3], counts=['a']), 'no numbers'),
        (dict(size=[2, 3]), 'lack size'),
        (dict(size=[2], counts=[6]), 'lack size'),
        (dict(size=[3, 2], counts=[6]), 'are of 2 x 3, the picture of 3 x 2'),
        (dict(size=[2, 3], counts='13'), 'cover 4 pixels of 6'),
        (dict(size=[2, 3], counts='1ä2'), 'a letter that none has'),
        (dict(size=[2, 3], counts='13X'), 'cut off'),
        (dict(size=[2, 3], counts='oooooooooo1'), 'too long'),
        (dict(size=[2, 3], counts=''), 'cover 0 pixels of 6'),
    ],
)
def test_what_is_no_mask_of_coco(segmentation, text):
    with pytest.raises(DataError, match=text):
        coco_mask(segmentation, (2, 3))


def test_letters_equal_pycocotools():
    masks = pytest.importorskip('pycocotools.mask')
    random = np.random.default_rng(0)
    for _ in range(100):
        size = random.integers(1, 60, 2)
        mask = random.random(size) < random.random()
        mask = np.sort(mask, axis=0) if random.random() < 0.5 else mask
        packed = masks.encode(np.asfortranarray(mask.astype(np.uint8)))
        segmentation = dict(size=packed['size'], counts=packed['counts'].decode())
        assert np.array_equal(coco_mask(segmentation, tuple(size)), mask)


def test_label_studios_brush():
    alpha = label_studio_values(BRUSH, 60).reshape(3, 5, 4)[..., 3]
    assert np.array_equal(alpha > 0, [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [1, 0, 0, 0, 0]])


def test_label_studios_runs_by_hand():
    # Four values of two bits: a run of three 2s, one single 1.
    head = f'{4:032b}' + f'{2 - 1:05b}' + f'{1:04b}' * 4
    body = '1' + '00' + f'{3 - 1:02b}' + '10' + '0' + '11' + f'{0:02b}' + '01'
    bits = (head + body).ljust(80, '0')
    stream = [int(bits[place : place + 8], 2) for place in range(0, 80, 8)]
    assert label_studio_values(stream, 4).tolist() == [2, 2, 2, 1]


@pytest.mark.parametrize(
    ('stream', 'values', 'text'),
    [
        (BRUSH, 64, 'has 60 values, not four for each pixel'),
        (BRUSH[:-4], 60, 'cut off'),
        ([], 60, 'cut off'),
        ('text', 60, 'no list of bytes'),
        ([300], 60, 'no list of bytes'),
        (None, 60, 'no list of bytes'),
    ],
)
def test_what_is_no_brush(stream, values, text):
    with pytest.raises(DataError, match=text):
        label_studio_values(stream, values)
