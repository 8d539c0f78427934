"""Edges against a plain transcription of the recipe, and boundaries against the released ones."""

import cv2
import numpy as np
import pytest
from mmagic.registry import TRANSFORMS
from mmengine.registry import init_default_scope

from projects.ecgan.datasets import (
    CannyEdges,
    InstanceBoundary,
    LabelEdges,
    ProceduralScenes,
    boundary_map,
    canny_edges,
    draw_scene,
)
from projects.ecgan.errors import ConfigError


def _correlate(picture, kernel):
    """Sum of the neighbourhood weighted by the kernel, the border repeated."""
    radius = len(kernel) // 2
    padded = np.pad(picture, radius, mode='edge')
    result = np.zeros_like(picture)
    for y, row in enumerate(kernel):
        for x, weight in enumerate(row):
            result += weight * padded[y : y + picture.shape[0], x : x + picture.shape[1]]
    return result


def _slow_canny(photo, low=0.075, high=0.175):
    """The recipe step by step in float64: a pixel at a time where it decides something."""
    blue, green, red = np.moveaxis(photo.astype(np.float64), -1, 0)
    grey = np.rint(0.299 * red + 0.587 * green + 0.114 * blue)
    gaussian = [
        [2, 4, 5, 4, 2],
        [4, 9, 12, 9, 4],
        [5, 12, 15, 12, 5],
        [4, 9, 12, 9, 4],
        [2, 4, 5, 4, 2],
    ]
    assert sum(map(sum, gaussian)) == 159
    smooth = _correlate(grey, gaussian) / 159
    dx = _correlate(smooth, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    dy = _correlate(smooth, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    magnitude = np.hypot(dx, dy)
    angle = np.degrees(np.arctan2(dy, dx)) % 180
    height, width = grey.shape

    suppressed = np.zeros_like(magnitude)
    around = np.pad(magnitude, 1)
    for y in range(height):
        for x in range(width):
            # Direction of the gradient in steps of 45 degrees; y points down.
            sector = int((angle[y, x] + 22.5) // 45) % 4
            step_y, step_x = ((0, 1), (1, 1), (1, 0), (1, -1))[sector]
            one = around[y + 1 + step_y, x + 1 + step_x]
            other = around[y + 1 - step_y, x + 1 - step_x]
            if magnitude[y, x] >= max(one, other):
                suppressed[y, x] = magnitude[y, x]

    largest = suppressed.max()
    edges = np.zeros(grey.shape, np.uint8)
    for y in range(height):
        for x in range(width):
            window = suppressed[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
            near_strong = window.max() > high * largest
            if suppressed[y, x] > low * largest and near_strong:
                edges[y, x] = 255
    return edges


def _agreement(photo, **thresholds):
    """Part of the pixels that agree, and overlap of the two edge maps."""
    slow, fast = _slow_canny(photo, **thresholds), canny_edges(photo, **thresholds)
    assert set(np.unique(fast)) <= {0, 255} and 0.01 < (slow > 0).mean() < 0.4
    return (slow == fast).mean(), (slow & fast).sum() / (slow | fast).sum()


@pytest.mark.parametrize('index', range(4))
def test_canny_equals_the_slow_recipe_on_scenes(index):
    same, overlap = _agreement(draw_scene(index, 0, (64, 96))[0])
    assert same >= 0.998 and overlap >= 0.99


def test_canny_equals_the_slow_recipe_with_other_thresholds():
    photo = draw_scene(9, 0)[0]
    assert min(_agreement(photo, low=0.2, high=0.3)) >= 0.99
    assert (canny_edges(photo, 0.2, 0.3) > 0).sum() < (canny_edges(photo) > 0).sum()


@pytest.mark.slow
def test_canny_equals_the_slow_recipe_on_photos(shared_dir):
    files = sorted((shared_dir / 'data/coco_stuff_sample/val_img').glob('*.jpg'))
    assert len(files) == 4
    for file in files:
        photo = cv2.resize(cv2.imread(str(file)), (160, 120), interpolation=cv2.INTER_AREA)
        same, overlap = _agreement(photo)
        assert same >= 0.998 and overlap >= 0.98, file.name


def test_one_pass_of_hysteresis_not_more():
    """Along a fading step, OpenCV's own hysteresis follows the weak edge to its end."""
    contrast = np.linspace(1, 0.1, 60)
    photo = np.full((60, 40), 50, np.uint8)
    photo[:, 20:] = (50 + 200 * contrast)[:, None].astype(np.uint8)
    found = np.flatnonzero((canny_edges(photo) > 0).any(1))
    # Above 0.175 of the largest down to row 54; one row more by its strong neighbour.
    strong = np.flatnonzero(contrast > 0.175).max()
    assert abs(int(found.max()) - (strong + 1)) <= 1
    assert contrast[found.max() + 1] > 0.075


@pytest.mark.parametrize('value', [0, 77, 255])
def test_flat_photo_has_no_edges(value):
    assert not canny_edges(np.full((20, 30, 3), value, np.uint8)).any()


def test_faintest_step_has_edges():
    photo = np.full((20, 30), 100, np.uint8)
    photo[:, 15:] = 101
    columns = np.flatnonzero(canny_edges(photo).any(0))
    assert len(columns) == 1 and columns[0] in (14, 15)


def test_boundary_by_hand():
    ids = np.array([[1, 1, 1, 1], [1, 7, 1, 1], [1, 1, 1, 9]])
    expected = [[0, 1, 0, 0], [1, 1, 1, 1], [0, 1, 1, 1]]
    assert boundary_map(ids).tolist() == expected
    assert boundary_map(ids).dtype == np.uint8
    # A diagonal neighbour is none, and neither is the outside.
    assert boundary_map(np.zeros((1, 1), int)).tolist() == [[0]]


@pytest.mark.parametrize('case', ['cityscapes_like', 'most_like'])
def test_boundary_equals_the_released_one(shared_dir, case):
    tensors = np.load(shared_dir / 'golden' / case / 'tensors.npz')
    for ids, boundary in zip(tensors['instance'], tensors['instance_boundary']):
        assert 0 < boundary.mean() < 1
        assert np.array_equal(boundary_map(ids), boundary)


def test_transforms_enter_their_map_once_in_what_geometry_moves():
    photo, labels, instances = draw_scene(0, 0)
    results = dict(img=photo, gt_seg_map=labels, gt_instance_map=instances, seg_fields=[])
    for _ in range(2):
        results = InstanceBoundary()(CannyEdges(0.1, 0.2)(results))
    assert results['seg_fields'] == ['gt_edge_map', 'gt_boundary_map']
    assert np.array_equal(results['gt_edge_map'], canny_edges(photo, 0.1, 0.2))
    assert np.array_equal(results['gt_boundary_map'], boundary_map(instances))
    results = LabelEdges()(results)
    assert np.array_equal(results['gt_edge_map'], 255 * boundary_map(labels))


LABELS = np.array([[0, 0, 0, 3], [0, 0, 3, 3], [255, 255, 3, 3]], np.uint8)
INSTANCES = np.array([[1, 1, 1, 5], [1, 2, 5, 5], [9, 9, 5, 5]], np.int32)
# Of each option the edges of the two maps above, by hand.
THIN = [[0, 0, 1, 0], [1, 1, 0, 0], [0, 1, 0, 0]]
WIDE = [[0, 0, 1, 1], [1, 1, 1, 0], [1, 1, 1, 0]]
THIN_INSTANCES = [[0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 0, 0]]
WIDE_INSTANCES = [[0, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 0]]


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        ({}, WIDE),
        (dict(thin=True), THIN),
        (dict(instances=True), WIDE_INSTANCES),
        (dict(thin=True, instances=True), THIN_INSTANCES),
    ],
)
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.int32, np.int64])
def test_label_edges_by_hand(options, expected, dtype):
    results = dict(gt_seg_map=LABELS.astype(dtype), gt_instance_map=INSTANCES)
    edges = LabelEdges(**options)(results)['gt_edge_map']
    assert edges.dtype == np.uint8 and edges.flags.c_contiguous
    assert edges.tolist() == (255 * np.array(expected)).tolist()
    assert results['seg_fields'] == ['gt_edge_map']


def slow_label_edges(labels, instances):
    """A pixel is an edge where its right or lower neighbour has another id."""
    height, width = labels.shape
    edges = np.zeros(labels.shape, np.uint8)
    for y in range(height):
        for x in range(width):
            for down, right in ((0, 1), (1, 0)):
                if y + down < height and x + right < width:
                    here, there = (y, x), (y + down, x + right)
                    if labels[here] != labels[there] or instances[here] != instances[there]:
                        edges[here] = 255
    return edges


@pytest.mark.parametrize('index', range(3))
def test_thin_edges_are_those_of_the_formula(index):
    photo, labels, instances = draw_scene(index, 0)
    labels[10:20, 5:30] = 255
    expected = slow_label_edges(labels, instances)
    canny = canny_edges(photo)
    assert (expected & ~canny).any() and (canny & ~expected).any()
    maps = dict(gt_seg_map=labels, gt_instance_map=instances, gt_edge_map=canny.copy())
    alone = LabelEdges(thin=True, instances=True)(dict(maps))
    assert np.array_equal(alone['gt_edge_map'], expected)
    both = LabelEdges(thin=True, instances=True, add=True)(dict(maps))
    assert np.array_equal(both['gt_edge_map'], np.maximum(expected, canny))
    assert set(np.unique(both['gt_edge_map'])) == {0, 255}
    assert np.array_equal(maps['gt_edge_map'], canny)
    # Without a map of instances the labels decide alone.
    del maps['gt_instance_map']
    without = LabelEdges(thin=True, instances=True)(dict(maps))['gt_edge_map']
    assert np.array_equal(without, slow_label_edges(labels, labels))


def test_label_edges_of_a_pipeline():
    init_default_scope('mmagic')
    transform = TRANSFORMS.build(dict(type='LabelEdges', thin=True, add=True))
    assert repr(transform) == 'LabelEdges(thin=True, instances=False, add=True)'
    dataset = ProceduralScenes(
        size=(64, 64),
        length=2,
        pipeline=[
            dict(type='CannyEdges'),
            dict(type='mmseg.RandomFlip', prob=1.0),
            dict(type='LabelEdges', thin=True, instances=True, add=True),
            dict(type='PackLayoutInputs'),
        ],
    )
    inputs = dataset[0]['inputs']
    label, edge = inputs['label'].numpy(), inputs['edge'].numpy()
    assert edge.shape == (1, 64, 64) and set(np.unique(edge)) == {0, 255}
    assert (edge[0][slow_label_edges(label, label) > 0] == 255).all()
    assert (edge[0] > 0).sum() > (slow_label_edges(label, label) > 0).sum()


def test_errors():
    with pytest.raises(ConfigError, match=r'LabelEdges\(add=True\) needs edges .*put CannyEdges'):
        LabelEdges(add=True)(dict(gt_seg_map=LABELS))
    with pytest.raises(ValueError, match=r'low=0.3, high=0.2'):
        CannyEdges(0.3, 0.2)
    with pytest.raises(ConfigError, match='put LoadInstanceMap before it'):
        InstanceBoundary()(dict(gt_seg_map=np.zeros((4, 4))))
