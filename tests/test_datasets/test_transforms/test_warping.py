"""A layout warped for the generator: against a walk over pixels, and through the pipeline."""

import numpy as np
import pytest
import torch
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from projects.ecgan.datasets import WarpLayout, boundary_map, draw_scene
from projects.ecgan.datasets.transforms.warping import displacement, warp
from projects.ecgan.errors import ConfigError


def sample(index: int = 0) -> dict:
    photo, labels, instances = draw_scene(index, 0, (40, 64))
    return dict(img=photo, gt_seg_map=labels, gt_instance_map=instances, img_path='scene.png')


def test_pixels_come_from_where_the_field_points():
    numbers = np.random.default_rng(0)
    ids = numbers.integers(0, 9, (7, 11))
    field = numbers.normal(scale=3, size=(7, 11, 2))
    expected = np.empty_like(ids)
    for i in range(7):
        for j in range(11):
            y = min(max(i + round(field[i, j, 1]), 0), 6)
            x = min(max(j + round(field[i, j, 0]), 0), 10)
            expected[i, j] = ids[y, x]
    assert np.array_equal(warp(ids, field), expected)


def test_the_field_is_smooth_and_of_the_size_that_is_said():
    numbers = np.random.default_rng(0)
    fields = [displacement(numbers.normal(size=(4, 4, 2)), (60, 90), 0.05) for _ in range(200)]
    fields = np.stack(fields)
    assert fields.shape == (200, 60, 90, 2)
    # Where the grid's own values lie the deviation is theirs: 0.05 * 60.
    assert np.std(fields[:, 7, 11]) == pytest.approx(3, rel=0.15)
    # Between values 15 pixels apart it changes by less than half a pixel from one to the next.
    steps = np.abs(np.diff(fields, axis=1))
    assert steps.max() < 2 and steps.mean() < 0.5
    assert abs(fields.mean()) < 0.3


def test_a_warped_layout_goes_through_the_pipeline():
    init_default_scope('mmagic')
    np.random.seed(0)
    steps = [
        dict(type='InstanceBoundary'),
        dict(type='WarpLayout', deviation=0.1),
        dict(type='PackLayoutInputs', size=(40, 64)),
    ]
    given = sample()
    before = given['gt_seg_map'].copy()
    inputs = Compose(steps)(given)['inputs']
    assert np.array_equal(inputs['label'].numpy(), before)
    warped = inputs['generator_label']
    assert warped.dtype == torch.int64 and warped.shape == (40, 64)
    share = (warped != inputs['label']).float().mean()
    assert 0.02 < share < 0.6
    assert set(warped.unique().tolist()) <= set(inputs['label'].unique().tolist())
    # Boundaries of the warped instances: wherever classes differ there is one.
    boundary = inputs['generator_boundary'].numpy()
    assert (boundary >= boundary_map(warped.numpy())).all()
    assert boundary.mean() < 0.5 and not np.array_equal(boundary, inputs['boundary'].numpy())


def test_what_is_not_warped_stays_and_geometry_behind_moves_both():
    np.random.seed(0)
    transform = WarpLayout(deviation=0.1, probability=0.5)
    stayed = 0
    for _ in range(40):
        results = transform(sample())
        assert 'generator_boundary_map' not in results
        assert 'generator_seg_map' in results['seg_fields']
        stayed += np.array_equal(results['generator_seg_map'], results['gt_seg_map'])
    assert 8 < stayed < 32


def test_settings_that_cannot_be():
    for settings in (dict(deviation=0), dict(grid=1), dict(probability=0), dict(probability=2)):
        with pytest.raises(ConfigError, match='needs deviation > 0, grid >= 2'):
            WarpLayout(**settings)
    without = dict(gt_seg_map=np.zeros((4, 4), int), gt_boundary_map=np.zeros((4, 4), np.uint8))
    with pytest.raises(ConfigError, match="needs 'gt_instance_map' for the boundary"):
        WarpLayout()(dict(without))
    assert 'generator_boundary_map' in WarpLayout(source='gt_seg_map')(dict(without))
