"""Procedural scenes as a data set of MMagic and of mmsegmentation."""

import numpy as np
import pytest
import torch
from mmagic.registry import DATASETS
from mmengine.config import ConfigDict
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import DATASETS as SEG_DATASETS

from projects.ecgan.datasets import ProceduralScenes, draw_scene, scene_seed


def _loader(dataset, **kwargs):
    cfg = dict(batch_size=4, sampler=dict(type='DefaultSampler', shuffle=False))
    return Runner.build_dataloader({**cfg, **kwargs, 'dataset': dataset}, seed=0)


def test_splits_are_disjoint_whatever_their_seeds():
    train = {scene_seed(seed, 'train') for seed in range(500)}
    val = {scene_seed(seed, 'val') for seed in range(500)}
    assert len(train) == len(val) == 500 and not train & val
    assert {seed % 2 for seed in train} == {0} and {seed % 2 for seed in val} == {1}
    # The split is what the scenes are drawn with, not only a name.
    labels = ProceduralScenes(length=1, split='val', seed=4)[0]['gt_seg_map']
    assert np.array_equal(labels, draw_scene(0, 9)[1])


def test_no_scene_of_one_split_is_in_the_other():
    train, val = (
        {item['img'].tobytes() for item in ProceduralScenes(length=300, split=split)}
        for split in ('train', 'val')
    )
    assert len(train) == len(val) == 300 and not train & val


def test_item_follows_the_data_contract():
    dataset = ProceduralScenes(length=20, size=(32, 48), split='train')
    item = dataset[12]
    assert item['img_path'] == item['sample_name'] == 'scene-train-000012'
    assert item['sample_idx'] == 12
    assert item['ori_shape'] == item['img_shape'] == (32, 48)
    assert item['seg_fields'] == ['gt_seg_map', 'gt_instance_map']
    assert item['img'].shape == (32, 48, 3) and item['gt_instance_map'].shape == (32, 48)
    assert dataset[-1]['sample_idx'] == 19
    assert len(list(dataset)) == 20
    with pytest.raises(IndexError):
        dataset[20]


def test_indices_and_subsets():
    dataset = ProceduralScenes(length=10, indices=[7, 2])
    assert [item['sample_name'] for item in dataset] == ['scene-train-000007', 'scene-train-000002']
    assert len(ProceduralScenes(length=10, indices=3)) == 3
    assert ProceduralScenes(length=10, indices=-3)[0]['sample_name'] == 'scene-train-000007'
    whole = ProceduralScenes(length=10)
    assert len(whole.get_subset([1, 2])) == 2 and len(whole) == 10


def test_unknown_pixels():
    dataset = ProceduralScenes(length=2, unknown_ratio=0.25, ignore_index=200)
    labels = dataset[1]['gt_seg_map']
    assert (labels == 200).sum() == 64 * 64 // 4
    assert np.array_equal(labels[labels != 200], draw_scene(1, 0)[1][labels != 200])


@pytest.mark.parametrize(
    ('kwargs', 'message'),
    [
        (dict(length=0), 'length must be 1 or more, got 0'),
        (dict(split='test'), "must be one of .* got 'test'"),
        (dict(unknown_ratio=1.0), 'got 1.0'),
        (dict(ignore_index=3), 'from 8 to 255, got 3'),
    ],
)
def test_wrong_arguments_are_refused(kwargs, message):
    with pytest.raises(ValueError, match=message):
        ProceduralScenes(**kwargs)


@pytest.mark.slow
def test_worker_processes_draw_the_same_scenes():
    """The same with no, one and two workers, and again in the next epoch."""
    init_default_scope('mmagic')
    dataset = dict(
        type='ProceduralScenes',
        length=12,
        pipeline=[
            dict(type='CannyEdges'),
            dict(type='InstanceBoundary'),
            dict(type='PackLayoutInputs', size=(64, 64)),
        ],
    )
    streams = []
    for workers in (0, 1, 2):
        # A time-out turns workers that never start into a failure.
        waiting = dict(persistent_workers=True, timeout=120) if workers else {}
        loader = _loader(dataset, num_workers=workers, **waiting)
        epochs = [list(loader) for _ in range(2)]
        assert len(epochs[0]) == 3
        for batches in epochs:
            streams.append(
                [torch.stack(entry) for batch in batches for entry in batch['inputs'].values()]
            )
    for stream in streams[1:]:
        assert all(torch.equal(a, b) for a, b in zip(streams[0], stream))
    inputs = batches[0]['inputs']
    assert {key: value[0].dtype for key, value in inputs.items()} == {
        'label': torch.int64,
        'image': torch.uint8,
        'boundary': torch.uint8,
        'edge': torch.uint8,
    }
    assert inputs['edge'][0].shape == (1, 64, 64) and inputs['image'][0].shape == (3, 64, 64)


def test_both_registries_know_the_name():
    assert DATASETS.get('ProceduralScenes') is SEG_DATASETS.get('ProceduralScenes')
    assert (
        SEG_DATASETS.build(dict(type='ProceduralScenes', length=3)).metainfo['classes'][6] == 'car'
    )


@pytest.mark.slow
def test_mmsegmentation_trains_and_evaluates_on_scenes(tmp_path):
    """Its transforms, its packing, its preprocessor, a network of its own and its IoU."""
    from mmseg.utils import register_all_modules

    register_all_modules(init_default_scope=False)
    augmented = [
        dict(type='RandomResize', scale=(64, 64), ratio_range=(0.8, 1.5), keep_ratio=True),
        dict(type='RandomCrop', crop_size=(48, 48), cat_max_ratio=0.9),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PhotoMetricDistortion'),
        dict(type='PackSegInputs'),
    ]
    norm = dict(type='BN', requires_grad=True)
    runner = Runner(
        model=dict(
            type='EncoderDecoder',
            data_preprocessor=dict(
                type='SegDataPreProcessor',
                mean=[127.5] * 3,
                std=[63.75] * 3,
                size=(48, 48),
                test_cfg=dict(size_divisor=16),
            ),
            backbone=dict(
                type='UNet',
                base_channels=4,
                num_stages=3,
                strides=(1, 1, 1),
                enc_num_convs=(1, 1, 1),
                dec_num_convs=(1, 1),
                downsamples=(True, True),
                enc_dilations=(1, 1, 1),
                dec_dilations=(1, 1),
                norm_cfg=norm,
            ),
            decode_head=dict(
                type='FCNHead',
                in_channels=4,
                channels=4,
                in_index=2,
                num_convs=1,
                num_classes=8,
                norm_cfg=norm,
            ),
            train_cfg=dict(),
            test_cfg=ConfigDict(mode='whole'),
        ),
        work_dir=str(tmp_path),
        train_dataloader=dict(
            batch_size=4,
            num_workers=1,
            sampler=dict(type='InfiniteSampler'),
            dataset=dict(type='ProceduralScenes', length=8, unknown_ratio=0.1, pipeline=augmented),
        ),
        val_dataloader=dict(
            batch_size=2,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=dict(
                type='ProceduralScenes',
                length=4,
                split='val',
                pipeline=[dict(type='PackSegInputs')],
            ),
        ),
        val_cfg=dict(),
        val_evaluator=dict(type='IoUMetric', iou_metrics=['mIoU']),
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=2, val_interval=2),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.01)),
        default_hooks=dict(checkpoint=None),
        default_scope='mmseg',
        experiment_name='scenes_in_mmseg',
    )
    runner.train()
    metrics = runner.val_loop.run()
    # 'aAcc' is there for every class set; a nan would mean that no pixel was compared.
    assert 0 <= metrics['aAcc'] <= 100 and metrics['mIoU'] == metrics['mIoU']
