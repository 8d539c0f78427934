"""What inference learns from the config of a checkpoint, whichever loader says it."""

import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from PIL import Image
from trained_with import trained_with

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_PALETTE, draw_scene
from projects.ecgan.datasets.label_files import Reading
from projects.ecgan.errors import ConfigError, DataError
from projects.ecgan.inference import inferencer as module
from projects.ecgan.inference.training_knowledge import TrainingKnowledge

TABLE = {10 + index: index for index in range(8)}
FILES = dict(
    type='LayoutImageDataset', label_dir='labels', label_suffix=['_L.png', '_M.png'],
    instance_dir='objects', instance_suffix='_O.png', label_map=TABLE,
    reading=dict(palette='grey'),
)  # fmt: skip
OTHER = [*SCENE_PALETTE[1:], SCENE_PALETTE[0]]
COLOURS = np.array(SCENE_PALETTE, np.uint8)


@pytest.fixture(scope='module')
def checkpoint(repo_root, tmp_path_factory):
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.fixture
def said(monkeypatch):
    """What is logged."""
    lines = []
    monkeypatch.setattr(module, 'print_log', lambda text, **_: lines.append(text))
    return lines


@pytest.fixture
def load(checkpoint, tmp_path):
    """An inferencer of a model that was trained with these data sets."""

    def built(sizes='pad', **loaders):
        path = trained_with(checkpoint, tmp_path / 'other.pth', **loaders)
        return ECGANInferencer(path, device='cpu', sizes=sizes)

    return built


def config(**loaders):
    return {f'{name}_dataloader': dict(dataset=dataset) for name, dataset in loaders.items()}


@pytest.mark.parametrize('loader', ['train', 'val', 'test'])
@pytest.mark.parametrize(
    'wrap',
    [
        lambda dataset: dataset,
        lambda dataset: dict(type='RepeatDataset', times=3, dataset=dataset),
        lambda dataset: dict(type='ConcatDataset', datasets=[dataset, dataset]),
        lambda dataset: dict(type='RepeatDataset', dataset=dict(datasets=[dict(dataset=dataset)])),
    ],
    ids=['plain', 'repeated', 'concatenated', 'deep'],
)
def test_any_loader_and_wrapper(loader, wrap):
    found = TrainingKnowledge.of(config(**{loader: wrap(FILES)}))
    assert found.label_map == TABLE and found.reading == Reading(palette='grey')
    assert found.suffixes == ('_L.png', '_M.png') and found.instance_suffixes == ('_O.png',)
    assert found.instance_folders == (('labels', 'objects'),) and found.remark == ''


def test_the_model_of_a_training_without_test_loader(load, said):
    labels = draw_scene(0, 1, (64, 64))[1]
    expected = load(test=FILES)(labels + 10).layout
    assert np.array_equal(expected, COLOURS[labels])
    assert np.array_equal(load(train=FILES)(labels + 10).layout, expected)
    colours = dict(type='LayoutImageDataset', label_dir='labels', label_colours=OTHER)
    found = load(val=dict(type='RepeatDataset', times=2, dataset=colours))
    assert np.array_equal(found(np.array(OTHER, np.uint8)[labels]).layout, expected)
    drawn = dict(type='ProceduralScenes', size=(64, 64), length=2)
    assert np.array_equal(load(test=drawn, train=FILES)(labels + 10).layout, expected)


def test_what_a_class_takes_where_the_config_is_silent():
    drawn = dict(type='ProceduralScenes', size=(64, 64), length=2)
    found = TrainingKnowledge.of(config(test=drawn, train=dict(type='mmseg.ADE20KDataset')))
    assert found.reduce_zero_label and found.has_files
    unknown = TrainingKnowledge.of(config(test=drawn, train=dict(type='NotHere')))
    assert not unknown.reduce_zero_label and not unknown.has_files


def test_loaders_that_differ_are_told_of(load, said):
    load(test=dict(FILES, reading={}), train=FILES)
    assert len(said) == 1 and 'test_dataloader and train_dataloader differ in reading' in said[0]
    # Another order, pairs in place of a table: the same.
    pairs = dict(FILES, label_map=[list(pair) for pair in reversed(TABLE.items())])
    assert TrainingKnowledge.of(config(test=FILES, train=pairs)).remark == ''


@pytest.mark.parametrize(
    ('steps', 'size'),
    [
        ([dict(type='PackLayoutInputs', size=[48, 96])], (48, 96)),
        ([dict(type='PackLayoutInputs', size=None)], None),
        ([dict(type='mmseg.Resize', scale=(96, 48))], (48, 96)),
        ([dict(type='Resize', scale=[96, 48], keep_ratio=True)], None),
        ([dict(type='Resize', scale=64)], (64, 64)),
        ([dict(type='mmagic.Resize', scale=2.0)], None),
        ([dict(type='mmseg.RandomCrop', crop_size=(48, 96))], (48, 96)),
        ([dict(type='mmseg.RandomCrop', crop_size=64), dict(type='PackLayoutInputs')], (64, 64)),
        ([dict(type='CenterCrop', crop_size=(96, 48))], (48, 96)),
        ([dict(type='RandomResize', scale=(96, 48), ratio_range=(0.5, 2.0))], None),
        ([dict(type='Compose', transforms=[dict(type='Resize', scale=(96, 48))])], (48, 96)),
        ([dict(type='Resize', scale=(286, 286)), dict(type='RandomCrop', crop_size=(256, 256))],
         (256, 256)),
        ([], None),
    ],
)  # fmt: skip
@pytest.mark.parametrize('loader', ['train', 'test'])
def test_the_size_of_a_training(loader, steps, size):
    dataset = dict(FILES, pipeline=[dict(type='LoadLabelMap'), *steps])
    assert TrainingKnowledge.of(config(**{loader: dataset})).size == size


def test_drawn_scenes_say_their_size():
    dataset = dict(type='ProceduralScenes', size=(48, 96), pipeline=[])
    assert TrainingKnowledge.of(config(train=dataset)).size == (48, 96)


def test_another_size_is_told_of_once_with_its_remedy(load, said):
    found = load(train=dict(type='ProceduralScenes', size=[32, 32], pipeline=[]))
    found(np.zeros((32, 32), np.uint8))
    assert not [line for line in said if 'times' in line]
    found([np.zeros((128, 128), np.uint8), np.zeros((64, 32), np.uint8)])
    (line,) = [line for line in said if 'times' in line]
    assert '0: 128x128 (width x height) is 4 times the 32x32' in line and '--sizes resize' in line
    said.clear()
    resizing = load('resize', train=dict(type='RepeatDataset', dataset=dict(
        FILES, pipeline=[dict(type='mmseg.RandomCrop', crop_size=[32, 64])])))  # fmt: skip
    assert resizing(np.zeros((128, 128), np.uint8) + 10).image.shape == (32, 64, 3)
    assert not [line for line in said if 'times' in line]


def test_resizing_to_nothing_is_one_sentence(load):
    with pytest.raises(ConfigError, match=r"sizes='resize': .* says no size of the training"):
        load('resize', train=FILES)
    with pytest.raises(ConfigError, match="sizes='resize'"):
        load('resize')


def test_checkpoints_of_before_work_as_they_did(load, said):
    labels = draw_scene(0, 1, (64, 64))[1]
    old = dict(type='LayoutImageDataset', reduce_zero_label=True)
    assert np.array_equal(load(test=old)(labels + 1).layout, COLOURS[labels])
    assert np.array_equal(load()(labels).layout, COLOURS[labels])
    assert [line for line in said if 'differ' in line] == []


@pytest.mark.parametrize('table', [TABLE, {index + 1: index for index in range(8)}, None])
def test_a_drawing_in_colours_is_read_by_colour(load, table):
    labels = draw_scene(0, 1, (64, 64))[1]
    files = dict(type='LayoutImageDataset', label_dir='labels', pipeline=[])
    files |= dict(reduce_zero_label=True) if table is None else dict(label_map=table)
    found, drawing = load(train=files), Image.fromarray(COLOURS[labels])
    assert np.array_equal(found(drawing).layout, COLOURS[labels])
    # Made indexed by a program that sorts the colours otherwise.
    indexed = drawing.quantize(8)
    assert np.array_equal(found(indexed.convert('RGB')).layout, COLOURS[labels])
    assert np.array_equal(found(indexed).layout, COLOURS[labels])
    # What the page saves: ids of the files in the colours of their classes.
    ids = found.coding.in_files(labels.astype(np.int64)).astype(np.uint8)
    saved = Image.fromarray(ids).convert('P')
    palette = np.zeros((256, 3), np.uint8)
    palette[found.coding.in_files(np.arange(8))] = COLOURS
    saved.putpalette(palette.tobytes())
    assert np.array_equal(found(saved).layout, COLOURS[labels])


def test_colours_that_were_reduced_are_one_sentence(load):
    labels = draw_scene(0, 1, (64, 64))[1]
    moved = COLOURS.astype(int)[labels] + [0, 2, -1]
    drawing = Image.fromarray(moved.clip(0, 255).astype(np.uint8))
    for form in (drawing.quantize(8), drawing):
        with pytest.raises(DataError, match='colours'):
            load()(form)


def test_a_palette_that_is_not_the_classes_stays_one_of_ids(load):
    labels = draw_scene(0, 1, (64, 64))[1]
    indexed = Image.fromarray(labels).convert('P')
    indexed.putpalette([channel for index in range(256) for channel in (index, 99, 255 - index)])
    assert np.array_equal(load()(indexed).layout, COLOURS[labels])
