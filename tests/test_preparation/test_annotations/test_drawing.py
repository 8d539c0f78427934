"""Polygons, boxes, ellipses and masks to pixels."""

import numpy as np
import pytest
from annotated import box

from projects.ecgan.errors import DataError
from projects.ecgan.preparation.annotations.drawing import (
    Patch,
    box_corners,
    corners_of,
    ellipse_corners,
    pasted,
    pixel_polygon,
    polygons,
)


def whole(patch: Patch, size: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(size, int)
    rows, columns = patch.mask.shape
    mask[patch.top : patch.top + rows, patch.left : patch.left + columns] = patch.mask
    return mask


def filled(*rings: list, size: tuple[int, int]) -> np.ndarray:
    return whole(polygons([corners_of(ring) for ring in rings], size), size)


def test_places_reach_from_pixel_to_pixel():
    # From 1 to 4 are three pixels, and neighbours share an edge but no pixel.
    mask = filled(box(1, 1, 4, 3), size=(5, 6))
    assert mask.sum() == 6 and mask[1:3, 1:4].all()
    assert not (mask & filled(box(4, 1, 6, 3), size=(5, 6))).any()


def test_a_pixel_is_inside_where_its_middle_is():
    assert filled(box(1.4, 1.4, 3.6, 2.6), size=(4, 5))[1:3, 1:4].sum() == 6
    assert filled(box(1.7, 0, 3.3, 4), size=(4, 5)).sum(0).tolist() == [0, 0, 4, 0, 0]


def test_a_triangle_by_hand():
    mask = filled([0, 0, 4, 0, 0, 4], size=(4, 4))
    assert mask.tolist() == [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_the_inner_of_a_crossing_is_outside_and_several_rings_are_joined():
    twice = box(0, 0, 4, 4) + box(0, 0, 4, 4)
    assert filled(twice, size=(4, 4)).sum() == 0
    assert filled(box(0, 0, 4, 4), box(0, 0, 4, 4), size=(4, 4)).sum() == 16
    assert filled(box(0, 0, 1, 1), box(3, 3, 4, 4), size=(4, 4)).sum() == 2


def test_what_is_outside_the_picture_is_cut_off():
    assert filled(box(-5, -5, 2, 2), size=(4, 4))[:2, :2].sum() == 4
    assert filled(box(-5, -5, 50, 50), size=(4, 4)).all()
    assert not filled(box(9, 9, 20, 20), size=(4, 4)).any()
    assert not filled(box(-9, -9, -2, -2), size=(4, 4)).any()


@pytest.mark.parametrize(
    'ring', [box(1, 2.1, 7, 2.3), [1, 2.5, 7, 2.5, 4, 2.5], [1.2, 2.2, 7.2, 2.4, 7.2, 2.5]]
)
def test_thin_polygons_survive(ring):
    mask = filled(ring, size=(6, 9))
    assert mask[2, 1:7].all() and mask.sum() <= 8 and not mask[[0, 1, 3, 4, 5]].any()


def test_equal_to_pycocotools():
    masks = pytest.importorskip('pycocotools.mask')
    random = np.random.default_rng(0)
    compared = 0
    for number in range(400):
        size = tuple(map(int, random.integers(1, 80, 2)))
        ring = random.uniform(-10, 90, (random.integers(3, 10), 2)).round(number % 4)
        if number % 2:  # around a point
            angles = np.sort(random.uniform(0, 2 * np.pi, len(ring)))
            around = np.stack([np.cos(angles), np.sin(angles)], 1)
            ring = random.uniform(0, 60, 2) + around * random.uniform(1, 40)
        reference = masks.decode(masks.frPyObjects([ring.ravel().tolist()], *size))[..., 0]
        mask = filled(ring.ravel().tolist(), size=size)
        # A thin polygon has its edges, too.
        assert (mask >= reference).all()
        compared += np.array_equal(mask, reference)
    assert compared > 350


def test_pixels_belong_to_a_polygon_of_pixels_and_the_edge_of_a_hole_does_not():
    hole = corners_of(box(2, 2, 3, 3))
    mask = whole(pixel_polygon(corners_of(box(1, 1, 4, 4)), [hole], (6, 6)), (6, 6))
    assert mask[1:5, 1:5].sum() == 12 and mask.sum() == 12 and not mask[2:4, 2:4].any()


@pytest.mark.parametrize(('left', 'top', 'count'), [(0, 0, 6), (-1, 0, 4), (2, 3, 2), (9, 9, 0)])
def test_a_pasted_mask_is_cut_at_the_border(left, top, count):
    assert whole(pasted(np.ones((2, 3), bool), left, top, (4, 4)), (4, 4)).sum() == count


def test_boxes_turn_clockwise_about_their_middle_or_corner():
    assert np.allclose(
        box_corners(0, 0, 4, 2, 90, 'middle'), [[3, -1], [3, 3], [1, 3], [1, -1]], atol=1e-9
    )
    assert np.allclose(
        box_corners(5, 5, 9, 7, 90, 'corner'), [[5, 5], [5, 9], [3, 9], [3, 5]], atol=1e-9
    )


def test_an_ellipse_has_its_area():
    mask = whole(polygons([ellipse_corners(50, 50, 40, 20, 30)], (100, 100)), (100, 100))
    assert abs(mask.sum() - np.pi * 800) < 15
    # Turned clockwise, its right end goes down.
    assert mask[68, 82] and not mask[31, 82]


@pytest.mark.parametrize(
    ('numbers', 'text'),
    [
        ([0, 0, 1, 1, 2], '5 numbers, which is odd'),
        ([0, 0, 1, 1], '2 corners, fewer than 3'),
        ([], '0 corners'),
        (None, 'not numbers'),
        ('abcdef', 'not numbers'),
        ([[0, 0], [1]], 'not numbers'),
        ([[0, 0, 0], [1, 1, 1], [2, 2, 2]], 'not numbers'),
        ([0, 0, 1, 1, float('nan'), 2], 'no number or far outside'),
        ([0, 0, 1, 1, 1e9, 2], 'no number or far outside'),
    ],
)
def test_what_are_no_corners(numbers, text):
    with pytest.raises(DataError, match=text):
        corners_of(numbers)
