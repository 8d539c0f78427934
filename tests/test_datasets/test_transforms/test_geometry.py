"""Geometry by mmsegmentation's transforms: drawn once, the same for photo and maps; packing."""

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from projects.ecgan.datasets import PackLayoutInputs, draw_scene
from projects.ecgan.datasets.transforms.edges import boundary_map


def _pipeline(*transforms):
    init_default_scope('mmagic')
    return Compose([dict(transform) for transform in transforms])


def _position_sample(height=48, width=60):
    """A sample whose photo and maps all say where each pixel came from."""
    y, x = np.mgrid[:height, :width]
    return dict(
        img=np.dstack([y, x, np.zeros_like(x)]).astype(np.uint8),
        gt_seg_map=y.astype(np.uint8),
        gt_instance_map=(1000 * y + x).astype(np.int32),
        gt_edge_map=x.astype(np.uint8),
        seg_fields=['gt_seg_map', 'gt_instance_map', 'gt_edge_map'],
        img_shape=(height, width),
        ori_shape=(height, width),
        img_path='position.png',
    )


def test_crop_and_flip_are_drawn_once_for_photo_and_maps():
    pipeline = _pipeline(
        dict(type='mmseg.RandomCrop', crop_size=(32, 40)), dict(type='mmseg.RandomFlip', prob=0.5)
    )
    np.random.seed(0)
    corners, flips = set(), set()
    for _ in range(30):
        out = pipeline(_position_sample())
        rows, columns = out['img'][..., 0].astype(int), out['img'][..., 1].astype(int)
        assert rows.shape == (32, 40)
        assert np.array_equal(out['gt_seg_map'], rows)
        assert np.array_equal(out['gt_edge_map'], columns)
        assert np.array_equal(out['gt_instance_map'], 1000 * rows + columns)
        corners.add((rows.min(), columns.min()))
        flips.add(bool(columns[0, 0] > columns[0, 1]))
    # They are drawn at all: many corners, both directions.
    assert len(corners) > 15 and flips == {True, False}


def test_resize_is_bicubic_for_the_photo_and_nearest_for_maps():
    photo, labels, instances = draw_scene(3, 0, (50, 70))
    sample = _position_sample()
    sample.update(img=photo, gt_seg_map=labels, gt_instance_map=instances)
    sample['gt_edge_map'] = labels * 30
    out = _pipeline(dict(type='mmseg.Resize', scale=(89, 33), interpolation='bicubic'))(sample)
    assert np.array_equal(out['img'], cv2.resize(photo, (89, 33), interpolation=cv2.INTER_CUBIC))
    # Nearest with source index floor(i * in / out), as everywhere in this project.
    source = np.ix_(np.arange(33) * 50 // 33, np.arange(89) * 70 // 89)
    assert np.array_equal(out['gt_seg_map'], labels[source])
    assert np.array_equal(out['gt_instance_map'], instances[source])
    assert out['gt_instance_map'].dtype == np.int32
    assert np.array_equal(out['gt_edge_map'], 30 * labels[source])


def test_crop_avoids_a_single_class_where_it_can():
    labels = np.zeros((48, 60), np.uint8)
    labels[:, 30:] = 1
    pipeline = _pipeline(dict(type='mmseg.RandomCrop', crop_size=(20, 20), cat_max_ratio=0.9))
    np.random.seed(1)
    crops = [pipeline({**_position_sample(), 'gt_seg_map': labels}) for _ in range(20)]
    # By chance alone fewer than half of the crops would show both classes.
    assert sum(len(np.unique(crop['gt_seg_map'])) == 2 for crop in crops) >= 19


def test_packing():
    photo, labels, instances = draw_scene(1, 0, (32, 48))
    results = dict(
        img=photo[:, ::-1],  # a flipped view, as transforms leave it
        gt_seg_map=labels,
        gt_boundary_map=boundary_map(instances),
        gt_edge_map=np.full((32, 48), 255, np.uint8),
        seg_fields=['gt_seg_map', 'gt_boundary_map', 'gt_edge_map'],
        img_path='a/b.png',
        seg_map_path='c/b.png',
        sample_name='b',
        sample_idx=4,
        img_shape=(32, 48),
        ori_shape=(64, 96),
        scale_factor=(0.5, 0.5),
    )
    packed = PackLayoutInputs(size=[32, 48])(results)
    inputs, sample = packed['inputs'], packed['data_samples']
    assert sorted(packed) == ['data_samples', 'inputs']
    assert sorted(inputs) == ['boundary', 'edge', 'image', 'label']
    assert inputs['label'].dtype == torch.int64
    assert np.array_equal(inputs['label'].numpy(), labels)
    assert inputs['image'].dtype == torch.uint8 and inputs['image'].is_contiguous()
    assert np.array_equal(inputs['image'].permute(1, 2, 0).numpy(), photo[:, ::-1])
    assert inputs['edge'].shape == (1, 32, 48) and inputs['edge'].dtype == torch.uint8
    assert np.array_equal(inputs['boundary'].numpy(), boundary_map(instances))
    assert torch.equal(sample.gt_img, inputs['image'])
    assert torch.equal(sample.gt_label_map, inputs['label'])
    assert sample.metainfo == dict(
        img_path='a/b.png',
        seg_map_path='c/b.png',
        sample_idx=4,
        sample_name='b',
        img_shape=(32, 48),
        ori_shape=(64, 96),
    )


def test_packing_leaves_out_what_is_not_there():
    photo, labels, _ = draw_scene(1, 0, (32, 48))
    packed = PackLayoutInputs()(dict(img=photo, gt_seg_map=labels))
    assert sorted(packed['inputs']) == ['image', 'label']


def test_crop_larger_than_the_photo_is_an_error():
    pipeline = _pipeline(
        dict(type='mmseg.Resize', scale=(50, 40)),
        dict(type='mmseg.RandomCrop', crop_size=(64, 64)),
        dict(type='PackLayoutInputs', size=(64, 64)),
    )
    with pytest.raises(ValueError, match=r'position.png is 50x40 .* size says 64x64 .* crop'):
        pipeline(_position_sample())


def test_map_of_another_size_is_an_error():
    sample = _position_sample()
    sample['gt_edge_map'] = sample['gt_edge_map'][:-1]
    with pytest.raises(ValueError, match=r'gt_edge_map of position.png is 60x47, .* 60x48'):
        PackLayoutInputs()(sample)
