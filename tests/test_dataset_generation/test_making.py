"""A set of pictures from a model and label maps, as mmsegmentation reads it."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from mmengine.config import Config
from mmengine.registry import init_default_scope

from projects.ecgan import ECGANInferencer
from projects.ecgan.commands.make_dataset import main
from projects.ecgan.dataset_generation import SetSettings, make_dataset
from projects.ecgan.datasets import SCENE_CLASSES, draw_scene
from projects.ecgan.errors import ConfigError

ALL = ('recombine', 'flip', 'crop', 'warp')


@pytest.fixture(scope='module')
def checkpoint(repo_root, tmp_path_factory) -> Path:
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='module')
def inferencer(checkpoint) -> ECGANInferencer:
    return ECGANInferencer(checkpoint, device='cpu', sizes='resize')


@pytest.fixture
def maps(tmp_path) -> Path:
    for index, name in enumerate(('a', 'b', 'town/c')):
        path = tmp_path / 'maps' / f'{name}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), draw_scene(index, 1, (128, 128))[1])
    return tmp_path / 'maps'


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


def test_layouts_as_they_are(inferencer, maps, tmp_path):
    done = make_dataset(inferencer, maps, tmp_path / 'set', SetSettings())
    assert (done.made, done.kept, done.failures) == (3, 0, [])
    names = (tmp_path / 'set/list.txt').read_text().split()
    assert names == ['a', 'b', 'town/c']
    picture = inferencer(str(maps / 'town/c.png'))
    written = cv2.imread(str(tmp_path / 'set/images/town/c.png'))[..., ::-1]
    assert np.array_equal(written, picture.image)
    labels = cv2.imread(str(tmp_path / 'set/labels/town/c.png'), cv2.IMREAD_UNCHANGED)
    # Of 128 x 128, the nearest pixels at the 64 x 64 of the training.
    assert np.array_equal(labels, draw_scene(2, 1, (128, 128))[1][::2, ::2])
    about = json.loads((tmp_path / 'set/set.json').read_text())
    assert about['pictures'] == 3 and sum(about['pixels'].values()) == 3 * 64 * 64
    assert about['pixels']['sky'] == sum(
        (draw_scene(index, 1, (128, 128))[1][::2, ::2] == SCENE_CLASSES.index('sky')).sum()
        for index in range(3)
    )
    rows = [json.loads(line) for line in (tmp_path / 'set/pictures.jsonl').open()]
    assert [row['name'] for row in rows] == names
    assert rows[2]['label_map'] == str(maps / 'town/c.png')


def test_mmsegmentation_reads_it_as_it_is(inferencer, maps, tmp_path):
    make_dataset(inferencer, maps, tmp_path / 'set', SetSettings())
    init_default_scope('mmseg')
    from mmseg.registry import DATASETS

    (tmp_path / 'set').rename(tmp_path / 'moved')
    dataset = DATASETS.build(Config.fromfile(tmp_path / 'moved/dataset.py').dataset)
    assert len(dataset) == 3 and dataset.metainfo['classes'] == tuple(SCENE_CLASSES)
    sample = dataset[2]
    labels = sample['data_samples'].gt_sem_seg.data[0].numpy()
    expected = draw_scene(2, 1, (128, 128))[1][::2, ::2]
    assert any(np.array_equal(labels, each) for each in (expected, expected[:, ::-1]))
    assert sample['inputs'].shape == (3, 64, 64)


def test_copies_differ_and_the_same_settings_make_the_same_set(inferencer, maps, tmp_path):
    settings = SetSettings(changes=ALL, copies=2, rare=('car', 'tree'), seed=4)
    for name in ('one', 'two'):
        done = make_dataset(inferencer, maps, tmp_path / name, settings, batch_size=3)
        assert done.made == 6
    one, two = content(tmp_path / 'one'), content(tmp_path / 'two')
    assert one == two
    assert one['labels/a_0.png'] != one['labels/a_1.png']
    other = SetSettings(changes=ALL, copies=2, rare=('car', 'tree'), seed=5)
    make_dataset(inferencer, maps, tmp_path / 'three', other)
    assert content(tmp_path / 'three')['labels/a_0.png'] != one['labels/a_0.png']
    rows = [json.loads(line) for line in one['pictures.jsonl'].decode().splitlines()]
    assert all('crop' in row and row['warp'] for row in rows)
    pasted = [each for row in rows for each in row.get('pasted', [])]
    assert pasted and {each['label'] for each in pasted} <= {
        SCENE_CLASSES.index(name) for name in ('car', 'tree')
    }


def test_what_is_there_is_not_made_again(inferencer, maps, tmp_path, monkeypatch):
    settings = SetSettings(changes=('flip', 'warp'), copies=2)
    make_dataset(inferencer, maps, tmp_path / 'whole', settings)
    make_dataset(inferencer, maps, tmp_path / 'set', settings)
    # A kill between a picture and its line, and one within a line.
    (tmp_path / 'set/images/b_0.png').unlink()
    rows = tmp_path / 'set/pictures.jsonl'
    rows.write_text(rows.read_text()[:-20])
    (tmp_path / 'set/list.txt').unlink()
    asked = []
    generate = inferencer.generate
    monkeypatch.setattr(
        inferencer, 'generate', lambda chunk: asked.extend(x.name for x in chunk) or generate(chunk)
    )
    done = make_dataset(inferencer, maps, tmp_path / 'set', settings)
    assert (done.made, done.kept) == (2, 4) and asked == ['b_0', 'town/c_1']
    whole, mended = content(tmp_path / 'whole'), content(tmp_path / 'set')
    del whole['pictures.jsonl'], mended['pictures.jsonl']
    assert mended == whole


def test_another_set_or_other_files_are_not_touched(inferencer, maps, tmp_path):
    make_dataset(inferencer, maps, tmp_path / 'set', SetSettings())
    before = content(tmp_path / 'set')
    with pytest.raises(ConfigError, match=r"another changes \(\[\], now \['flip'\]\)"):
        make_dataset(inferencer, maps, tmp_path / 'set', SetSettings(changes=('flip',)))
    assert content(tmp_path / 'set') == before
    with pytest.raises(ConfigError, match='holds files that are no set'):
        make_dataset(inferencer, maps, maps, SetSettings())


def test_what_means_nothing_is_refused(inferencer, maps, tmp_path):
    with pytest.raises(ConfigError, match='2 copies would be the same picture'):
        make_dataset(inferencer, maps, tmp_path / 'set', SetSettings(copies=2))
    assert not (tmp_path / 'set').exists()
    with pytest.raises(ConfigError, match=r"one of .*, got 'mirror'"):
        SetSettings(changes=('mirror',))
    with pytest.raises(ConfigError, match='without the change'):
        SetSettings(rare=('car',))
    settings = SetSettings(changes=('recombine',), rare=('lorry',))
    with pytest.raises(ConfigError, match="no class 'lorry': the model has sky"):
        make_dataset(inferencer, maps, tmp_path / 'set', settings)
    settings = SetSettings(changes=('recombine',), rare=('road',))
    with pytest.raises(ConfigError, match=r'no object of a rare class \(road\)'):
        make_dataset(inferencer, maps, tmp_path / 'set', settings)


def test_a_map_that_fails_does_not_stop_the_others(checkpoint, maps, tmp_path, capsys):
    (maps / 'b.png').write_bytes(b'no picture')
    argv = [str(checkpoint), str(maps), '--out', str(tmp_path / 'set'), '--device', 'cpu']
    assert main([*argv, '--layouts', 'flip']) == 1
    out, err = capsys.readouterr()
    assert '2 pictures in' in out and err.startswith('error: ') and 'b.png' in err
    assert (tmp_path / 'set/list.txt').read_text().split() == ['a', 'town/c']
    labels = [*(tmp_path / 'set/labels').rglob('*.png')]
    assert len(labels) == 2
