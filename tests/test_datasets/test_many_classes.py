"""Unknown kept apart from every class, from label map and list to batch, at 255 and more."""

import numpy as np
import pytest
import torch
from many_classes import COUNTS, MAPS, UNKNOWN_OF, layout_of, write_tree
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope

from projects.ecgan.commands import prepare
from projects.ecgan.datasets import LayoutImageDataset
from projects.ecgan.errors import ConfigError, DataError
from projects.ecgan.models import LayoutDataPreprocessor

PIPELINE = [dict(type='LoadLabelMap'), dict(type='PackLayoutInputs')]
GEOMETRY = [
    dict(type='LoadLabelMap'),
    dict(type='mmseg.Resize', scale=(128, 128), interpolation='bicubic'),
    dict(type='mmseg.RandomCrop', crop_size=(64, 64)),
    dict(type='mmseg.RandomFlip', prob=0.5),
    dict(type='PackLayoutInputs'),
]


def build(root, count, pipeline=PIPELINE, **settings) -> LayoutImageDataset:
    names = dict(classes=[f'thing {index}' for index in range(count)])
    with DefaultScope.overwrite_default_scope('mmagic'):
        return LayoutImageDataset(
            label_dir='labels', data_root=str(root), metainfo=names, pipeline=pipeline, **settings
        )


@pytest.mark.parametrize('count', COUNTS)
def test_each_id_comes_back_and_unknown_is_none_of_them(tmp_path, count):
    dataset = build(write_tree(tmp_path / 'a', count), count, label_map={65535: UNKNOWN_OF[count]})
    preprocessor = LayoutDataPreprocessor(count, with_unknown=True)
    assert preprocessor.ignore_index == UNKNOWN_OF[count]
    seen = set()
    for index in range(MAPS):
        sample = dataset[index]
        expected = torch.from_numpy(layout_of(index, count))
        assert torch.equal(sample['inputs']['label'], expected)
        layout = preprocessor(pseudo_collate([sample]))['inputs']['layout']
        # 16 blocks of 4 x 4 pixels in the last row.
        assert (layout.labels == count).sum() == 256
        assert (layout.labels[0, -4:] == count).all()
        assert torch.equal(layout.labels[0, :-4], expected[:-4])
        dense = layout.one_hot()
        assert dense.shape == (1, count + 1, 64, 64) and dense.sum() == 64 * 64
        assert torch.equal(dense.argmax(1), layout.labels)
        seen |= set(layout.labels.unique().tolist())
    assert seen == {*range(count + 1)}


@pytest.mark.parametrize('coding', ['void', 'gap', 'colours'])
@pytest.mark.parametrize('count', COUNTS)
def test_what_prepare_writes_keeps_them_apart(tmp_path, count, coding, capsys):
    root, recipe = write_tree(tmp_path / 'a', count, coding), tmp_path / 'my.py'
    words = [root, '--classes', root / 'classes.txt', '--write', recipe, '--size', '64x64']
    status = prepare.main([str(word) for word in words])
    said = capsys.readouterr()
    # Blocks in the order of their ids look blended, which is said and no more.
    assert 'left out' not in said.err and status == ('resized smoothly?' in said.err)
    kind = 'colours' if coding == 'colours' else 'ids'
    assert f'label maps: {kind}, {count} classes and unknown pixels' in said.out
    # 256 of 4096 pixels of every map are void.
    assert f'{UNKNOWN_OF[count]:5} unknown' in said.out and '6.25% in 5 maps' in said.out
    cfg = Config.fromfile(recipe)
    assert cfg.model.data_preprocessor.with_unknown
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        settings = loader.dataset
        settings.pipeline = PIPELINE
        with DefaultScope.overwrite_default_scope('mmagic'):
            dataset = DATASETS.build(settings)
        for sample in map(dataset.__getitem__, range(len(dataset))):
            expected = layout_of(int(sample['data_samples'].sample_name), count)
            assert torch.equal(sample['inputs']['label'], torch.from_numpy(expected))


@pytest.mark.parametrize('count', COUNTS)
def test_ids_from_one_on(tmp_path, count):
    (tmp_path / 'labels').mkdir()
    ids = np.arange(count + 1).astype(np.uint8 if count == 255 else np.uint16).reshape(1, -1)
    np.save(tmp_path / 'labels' / 'a.npy', ids)
    label = build(tmp_path, count, reduce_zero_label=True, label_suffix='.npy')[0]['inputs'][
        'label'
    ]
    # 0 is unknown, 1 is class 0, ..., 255 is class 254, also of 255 classes.
    assert label.tolist() == [[UNKNOWN_OF[count], *range(count)]]


@pytest.mark.parametrize('count', COUNTS)
def test_what_is_transparent_below_zero_or_no_number_is_unknown(tmp_path, count):
    (tmp_path / 'labels').mkdir()
    np.save(tmp_path / 'labels' / 'a.npy', np.array([[0.0, 254, np.nan, -1, count - 1]]))
    label = build(tmp_path, count, label_suffix='.npy')[0]['inputs']['label']
    unknown = UNKNOWN_OF[count]
    assert label.tolist() == [[0, 254, unknown, unknown, count - 1]]


@pytest.mark.parametrize('count', COUNTS)
def test_geometry_moves_ids_and_makes_none(tmp_path, count):
    np.random.seed(0)
    dataset = build(
        write_tree(tmp_path / 'a', count), count, GEOMETRY, label_map={65535: UNKNOWN_OF[count]},
        img_dir='images', img_suffix='.png',
    )  # fmt: skip
    dataset.pipeline.transforms.insert(0, lambda x: {**x, 'img': np.zeros((64, 64, 3), np.uint8)})
    for index in range(MAPS):
        label = dataset[index]['inputs']['label']
        assert label.shape == (64, 64)
        assert set(label.unique().tolist()) <= set(layout_of(index, count).ravel().tolist())


@pytest.mark.parametrize('count', COUNTS)
def test_an_id_of_no_class_is_named_with_its_file(tmp_path, count):
    root = write_tree(tmp_path / 'a', count)
    np.save(root / 'labels' / '9.npy', np.array([[0, count, 70000]]))
    dataset = build(root, count, label_suffix='.npy')
    message = rf'9\.npy: label ids \[{count}, 70000\] are out of range, allowed are 0 to'
    if count == 255:  # which is unknown there
        message = r'9\.npy: label ids \[70000\] are out of range, allowed are 0 to 254, or 255 for'
    with pytest.raises(DataError, match=message):
        LayoutDataPreprocessor(count, with_unknown=True)(pseudo_collate([dataset[0]]))
    with pytest.raises(DataError, match=rf'allowed are 0 to {count - 1}$'):
        LayoutDataPreprocessor(count)(pseudo_collate([dataset[0]]))


def test_255_written_for_unknown_where_it_is_a_class(tmp_path):
    root = write_tree(tmp_path / 'a', 300)
    message = r'label_map gives ids 65535 to 255, which is one of the 300 classes: unknown is 65535'
    with pytest.raises(ConfigError, match=message):
        build(root, 300, label_map={65535: 255})
    # Two ids that are one class, said in full.
    dataset = build(root, 300, label_map={65535: 255, 255: 255})
    assert dataset[0]['inputs']['label'][-1].tolist() == [255] * 64


def test_a_data_set_that_does_not_say_how_many_classes_it_has(tmp_path):
    (tmp_path / 'labels').mkdir()
    np.save(tmp_path / 'labels' / 'a.npy', np.array([[0, 299]]))
    np.save(tmp_path / 'labels' / 'b.npy', np.array([[-1, 299]]))
    with DefaultScope.overwrite_default_scope('mmagic'):
        dataset = LayoutImageDataset(
            label_dir='labels', label_suffix='.npy', data_root=str(tmp_path), pipeline=PIPELINE
        )
    preprocessor = LayoutDataPreprocessor(300, with_unknown=True)
    layout = preprocessor(pseudo_collate([dataset[0]]))['inputs']['layout']
    assert layout.labels.tolist() == [[[0, 299]]]
    message = r'b\.npy holds 255, which is unknown for its data set and a class of the model.*300'
    with pytest.raises(ConfigError, match=message):
        preprocessor(pseudo_collate([dataset[1]]))


@pytest.mark.parametrize(
    ('transform', 'message'),
    [
        (dict(type='mmseg.LoadAnnotations'), 'cuts ids to 8 bits, .* 256 classes'),
        (dict(type='mmseg.RandomRotate', prob=1, degree=10), 'set its seg_pad_val to 65535'),
        (
            dict(type='mmseg.RandomCrop', crop_size=(4, 4), cat_max_ratio=0.75),
            'RandomCrop takes 255 for unknown, .* 256 classes: set its ignore_index to 65535',
        ),
        (dict(type='mmcv.Pad', size=(80, 80)), r"Pad takes 255 .* pad_val\['seg'\] to 65535"),
        (
            dict(
                type='mmcv.RandomApply',
                transforms=[dict(type='mmseg.RandomRotate', prob=1, degree=10)],
            ),
            'RandomRotate takes 255 for unknown',
        ),
    ],
    ids=['loading', 'rotation', 'crop', 'padding', 'within another'],
)
def test_transforms_that_take_255_for_unknown(tmp_path, transform, message):
    pipeline = [PIPELINE[0], transform, PIPELINE[1]]
    root = write_tree(tmp_path / 'a', 256)
    with pytest.raises(ConfigError, match=message):
        build(root, 256, pipeline)
    build(root, 255, pipeline)


def test_a_transform_that_was_told(tmp_path):
    rotated = dict(type='mmseg.RandomRotate', prob=1, degree=45, seg_pad_val=65535)
    root = write_tree(tmp_path / 'a', 300)
    load = lambda x: {**x, 'img': np.zeros((64, 64, 3), np.uint8)}  # noqa: E731
    dataset = build(root, 300, [load, PIPELINE[0], rotated, PIPELINE[1]], label_map={65535: 65535})
    label = dataset[0]['inputs']['label']
    assert label[0, 0] == 65535 and set(label.unique().tolist()) <= {*range(240), 65535}
