"""Layouts mirrored, cut and warped, with what is said of it."""

import numpy as np

from projects.ecgan.dataset_generation.changes import LEAST_CROP, cropped, mirrored, warped
from projects.ecgan.dataset_generation.layout_pair import LayoutPair


class Fixed:
    """Numbers that are what a test says."""

    def __init__(self, number, *integers):
        self.number, self.numbers = number, list(integers)

    def random(self):
        return self.number

    def uniform(self, low, high):
        assert low <= self.number <= high
        return self.number

    def integers(self, high):
        number = self.numbers.pop(0)
        assert number < high
        return np.int64(number)


def pair(labels) -> LayoutPair:
    labels = np.array(labels, np.int64)
    return LayoutPair(labels, 10 * labels)


def test_every_second_layout_is_mirrored():
    given = pair([[1, 2, 3], [4, 5, 6]])
    same, what = mirrored(given, Fixed(0.49))
    assert same is given and what == {}
    (labels, instances), what = mirrored(given, Fixed(0.5))
    assert labels.tolist() == [[3, 2, 1], [6, 5, 4]] and what == {'flip': True}
    assert np.array_equal(instances, 10 * labels)


def test_a_crop_is_enlarged_by_the_nearest_pixel():
    given = pair(np.arange(100).reshape(10, 10))
    assert LEAST_CROP <= 0.8
    (labels, instances), what = cropped(given, Fixed(0.8, 2, 1))
    assert what == {'crop': [2, 1, 8, 8]}
    # Pixel x of ten is pixel floor(0.8 x) of the eight.
    rows = np.floor(0.8 * np.arange(10)).astype(int)
    assert np.array_equal(labels, given.labels[2:10, 1:9][np.ix_(rows, rows)])
    assert np.array_equal(instances, 10 * labels)


def test_a_warp_moves_labels_and_instances_alike():
    numbers = np.random.default_rng(0)
    given = pair(numbers.integers(0, 5, (40, 60)).repeat(2, 0).repeat(2, 1))
    (labels, instances), what = warped(given, np.random.default_rng(3))
    assert what == {'warp': True} and labels.shape == given.labels.shape
    assert not np.array_equal(labels, given.labels)
    assert np.array_equal(instances, 10 * labels)
