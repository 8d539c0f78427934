"""What a segmentor finds wrong in made pictures is left out of their labels."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from projects.ecgan.commands.filter_dataset import main
from projects.ecgan.dataset_generation.files import SetFiles
from projects.ecgan.dataset_generation.filtering import (
    class_thresholds,
    filter_dataset,
    pixel_losses,
)
from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE, draw_scene
from projects.ecgan.errors import ConfigError, MissingFileError
from projects.ecgan.models.segmentors import Segmentor

JUDGE = 'unet-s3-c16_1xb8-800iters_scenes-64x64'
SKY, ROAD = SCENE_CLASSES.index('sky'), SCENE_CLASSES.index('road')
TREE = SCENE_CLASSES.index('tree')


@pytest.fixture(scope='module')
def judge() -> Segmentor:
    return Segmentor(JUDGE)


def write_set(folder: Path, count: int = 4) -> SetFiles:
    """A set whose pictures are the photos themselves; of the last, half the labels are wrong."""
    palette = [list(colour) for colour in SCENE_PALETTE]
    files = SetFiles(folder, dict(classes=list(SCENE_CLASSES), palette=palette))
    pixels = np.zeros(8, np.int64)
    for index in range(count):
        photo, labels = draw_scene(index, 1, (64, 64))[:2]
        if index == count - 1:
            labels = labels.copy()
            labels[:, :48] = np.where(labels[:, :48] == SKY, ROAD, SKY)
        files.add(dict(name=f'town/{index}'), photo[..., ::-1], labels)
        pixels += np.bincount(labels.ravel(), minlength=8)
    files.finish([f'town/{index}' for index in range(count)], pixels)
    return files


def read(file: Path) -> np.ndarray:
    return cv2.imread(str(file), cv2.IMREAD_UNCHANGED)


def test_losses_are_cross_entropies_and_none_of_unknown_pixels():
    logits = torch.tensor([[[[0.0, 2.0, 1.0]], [[0.0, 0.0, 3.0]]]])
    labels = torch.tensor([[[0, 1, 255]]])
    expected = [np.log(2), np.log(1 + np.exp(2)), 0]
    np.testing.assert_allclose(pixel_losses(logits, labels)[0, 0], expected, rtol=1e-6)


def test_a_threshold_is_a_multiple_of_the_mean_of_its_class():
    found = class_thresholds(np.array([6.0, 0, 1]), np.array([3.0, 0, 4]), 1.5)
    np.testing.assert_array_equal(found, [3.0, np.nan, 0.375])


def test_wrong_labels_go_and_right_ones_stay(judge, tmp_path):
    write_set(tmp_path / 'set')
    done = filter_dataset(tmp_path / 'set', judge, factor=1.25, most=0.9)
    assert done.kept == [f'town/{index}' for index in range(4)]
    before, after = (
        read(tmp_path / 'set' / folder / 'town/3.png') for folder in ('labels', 'labels_filtered')
    )
    is_wrong = np.zeros((64, 64), bool)
    is_wrong[:, :48] = True
    assert (after[is_wrong] == 255).mean() > 0.9
    assert (after[~is_wrong] == 255).mean() < 0.2
    assert np.array_equal(after[after != 255], before[after != 255])
    report = json.loads((tmp_path / 'set/filter.json').read_text())
    assert report['factor'] == 1.25 and report['segmentor']['config'] == JUDGE
    for index, name in enumerate(SCENE_CLASSES):
        files = [read(tmp_path / f'set/labels_filtered/town/{n}.png') for n in range(4)]
        assert report['classes'][name]['remaining'] == sum((x == index).sum() for x in files)


def test_a_picture_of_which_most_is_wrong_goes(judge, tmp_path):
    write_set(tmp_path / 'set')
    done = filter_dataset(tmp_path / 'set', judge)
    assert done.left_out == ['town/3'] and len(done.kept) == 3
    assert (tmp_path / 'set/list_filtered.txt').read_text().split() == done.kept
    assert not (tmp_path / 'set/labels_filtered/town/3.png').exists()


def test_losses_are_found_once_for_a_segmentor(judge, tmp_path, monkeypatch):
    write_set(tmp_path / 'set')
    first = filter_dataset(tmp_path / 'set', judge, factor=2)
    with monkeypatch.context() as patch:
        patch.setattr(judge, 'logits', None)
        again = filter_dataset(tmp_path / 'set', judge, factor=1)
    np.testing.assert_allclose(np.array(again.thresholds) * 2, first.thresholds)
    note = tmp_path / 'set/losses/segmentor.json'
    note.write_text('{}')
    with monkeypatch.context() as patch, pytest.raises(TypeError):
        patch.setattr(judge, 'logits', None)
        filter_dataset(tmp_path / 'set', judge)


def test_the_command_says_what_is_left(tmp_path, capsys):
    write_set(tmp_path / 'set')
    assert main([str(tmp_path / 'set'), JUDGE, '--device', 'cpu']) == 0
    out = capsys.readouterr().out
    assert '3 pictures stay, 1 go: dataset_filtered.py' in out and 'window' in out


def test_what_does_not_fit_is_one_sentence(judge, tmp_path):
    with pytest.raises(MissingFileError, match=r'no finished set of pictures \(no set.json\)'):
        filter_dataset(tmp_path, judge)
    write_set(tmp_path / 'set', 1)
    with pytest.raises(ConfigError, match=r'0 < most <= 1, got 1\.25 and 1\.5'):
        filter_dataset(tmp_path / 'set', judge, most=1.5)
    about = json.loads((tmp_path / 'set/set.json').read_text())
    about['classes'].append('lorry')
    (tmp_path / 'set/set.json').write_text(json.dumps(about))
    with pytest.raises(ConfigError, match=r'knows 8 classes, the set .* has 9'):
        filter_dataset(tmp_path / 'set', judge)
