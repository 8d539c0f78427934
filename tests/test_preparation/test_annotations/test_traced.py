"""Polygons that were traced from masks."""

import cv2
import numpy as np
import pytest
from annotated import box, drawn

from projects.ecgan.preparation.annotations.drawing import Outline, corners_of
from projects.ecgan.preparation.annotations.traced import are_traced

# The last class has a hole, in which is one of the first.
TRUTH = np.repeat(np.repeat([[0, 1, 1], [0, 2, 1], [2, 2, 0]], 7, 0), 6, 1)
TRUTH[16:18, 3:6] = 0
HEIGHT, WIDTH = TRUTH.shape


def traced(truth: np.ndarray) -> list[tuple[int, list]]:
    found = []
    for number in range(3):
        mask = (truth == number).astype(np.uint8)
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        found += [(number, contour.ravel().tolist()) for contour in contours]
    return found


def coco(shapes: list[tuple[int, list]]) -> dict:
    return dict(
        images=[dict(id=1, file_name='a.jpg', height=HEIGHT, width=WIDTH)],
        categories=[dict(id=number, name=f'c{number}') for number in range(3)],
        annotations=[
            dict(id=k, image_id=1, category_id=number, segmentation=[ring])
            for k, (number, ring) in enumerate(shapes)
        ],
    )


def test_what_opencv_traced_is_drawn_as_it_was(tmp_path):
    files = {'a.json': coco(traced(TRUTH)), 'a.jpg': (HEIGHT, WIDTH)}
    found = drawn(tmp_path / 'set', **files)
    assert np.array_equal(found.only, TRUTH)
    assert 'small shapes lie above large ones' in found.notes
    assert 'corners of polygons are taken for pixels that belong to them' in found.notes


def test_rings_of_one_annotation_lie_each_by_itself(tmp_path):
    json = coco(traced(TRUTH))
    rings = {
        number: [ring for other, ring in traced(TRUTH) if other == number] for number in range(3)
    }
    json['annotations'] = [
        dict(id=number, image_id=1, category_id=number, segmentation=some)
        for number, some in rings.items()
    ]
    found = drawn(tmp_path / 'set', **{'a.json': json, 'a.jpg': (HEIGHT, WIDTH)})
    assert np.array_equal(found.only, TRUTH)


def test_parts_of_the_sides_are_traced_as_well(tmp_path):
    lines = [
        f'{number} ' + ' '.join(
            f'{x / side:.6f}' for x, side in zip(ring, [WIDTH, HEIGHT] * len(ring))
        )
        for number, ring in traced(TRUTH)
    ]  # fmt: skip
    files = {'classes.txt': 'x\ny\nz\n', 'a.txt': '\n'.join(lines), 'a.jpg': (HEIGHT, WIDTH)}
    assert np.array_equal(drawn(tmp_path / 'set', **files).only, TRUTH)


def test_layers_that_the_annotations_have_are_kept(tmp_path):
    polygon = '<polygon label="{}" points="0,0;9,0;9,9;0,9" z_order="{}"/>'
    xml = (
        '<annotations><image name="a.jpg" width="10" height="10">'
        f'{polygon.format("a", 1).replace("9", "5")}{polygon.format("b", 2)}</image></annotations>'
    )
    found = drawn(tmp_path / 'set', **{'a.xml': xml, 'a.jpg': (10, 10)})
    assert (found.only == 1).all() and '1 shapes lie wholly under others' in found.notes


def test_places_are_left_as_they_are(tmp_path):
    shapes = [(0, box(0, 0, 9, HEIGHT)), (1, box(9, 0, WIDTH, HEIGHT))]
    found = drawn(tmp_path / 'set', **{'a.json': coco(shapes), 'a.jpg': (HEIGHT, WIDTH)})
    assert (found.only[:, :9] == 0).all() and (found.only[:, 9:] == 1).all()
    assert 'corners' not in found.notes


@pytest.mark.parametrize(
    ('rings', 'expected'),
    [
        ([box(0, 0, 9, 7)], True),  # of 10 x 8
        ([box(0, 0, 10, 8)], False),  # to the border, as places
        ([box(0, 0, 9, 7), box(2, 2, 10, 3)], False),
        ([box(0, 0, 9, 7.5)], False),
        ([box(0, 0, 5, 5)], False),  # nothing is at the far border
        ([box(2, 2, 9, 7)], False),  # nothing is at the near one
        ([box(0, 0, 5, 5)] * 5 + [box(2, 2, 9, 5)], False),  # hardly anything is at the far one
        ([[0, 0, 9, 3, 2, 7]], False),  # corners there, but no edges
        ([], False),
    ],
)
def test_what_tells_them_apart(rings, expected):
    outlines = [(Outline([corners_of(ring)]), (8, 10)) for ring in rings]
    assert are_traced(outlines) is expected
