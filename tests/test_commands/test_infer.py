"""``ecgan infer`` on folders as people have them."""

import cv2
import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from trained_with import trained_with

from projects.ecgan.commands.infer import main
from projects.ecgan.datasets import SCENE_PALETTE, draw_scene

TABLE = {index + 1: index for index in range(8)}
FILES = dict(type='LayoutImageDataset', label_dir='labels', label_map=TABLE, pipeline=[])


@pytest.fixture(scope='module')
def checkpoint(repo_root, tmp_path_factory):
    folder = tmp_path_factory.mktemp('model')
    drawn = write_checkpoint(repo_root, folder)
    return trained_with(drawn, folder / 'files.pth', train=dict(datasets=[FILES]))


def write_maps(folder, count):
    folder.mkdir(parents=True)
    for index in range(count):
        labels = draw_scene(index, 1, (64, 64))[1]
        cv2.imwrite(str(folder / f'{index}.png'), labels + 1)


def test_linked_folders_and_circles(checkpoint, tmp_path, capsys):
    write_maps(tmp_path / 'store/a', 3)
    write_maps(tmp_path / 'set/here', 2)
    (tmp_path / 'set/linked').symlink_to(tmp_path / 'store')
    (tmp_path / 'store/a/back').symlink_to(tmp_path / 'set')
    (tmp_path / 'set/self').symlink_to(tmp_path / 'set/self')
    out = tmp_path / 'out'
    assert main([str(checkpoint), str(tmp_path / 'set'), '--out', str(out), '--outputs', 'image',
                 'layout', '--device', 'cpu']) == 0  # fmt: skip
    assert '5 pictures in' in capsys.readouterr().out
    layout = cv2.imread(str(out / 'linked/a/2_layout.png'))[..., ::-1]
    assert np.array_equal(layout, np.array(SCENE_PALETTE)[draw_scene(2, 1, (64, 64))[1]])


def test_resizing_without_a_size_is_one_line_and_status_two(checkpoint, tmp_path, capsys):
    write_maps(tmp_path / 'maps', 1)
    argv = [str(checkpoint), str(tmp_path / 'maps'), '--out', str(tmp_path / 'out')]
    assert main([*argv, '--sizes', 'resize', '--device', 'cpu']) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("error: sizes='resize': ") and 'no size of the training' in line
    assert not (tmp_path / 'out').exists()


def test_without_label_maps_some_of_the_test_are_written(repo_root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    drawn = write_checkpoint(repo_root, tmp_path)
    assert main([str(drawn), '--device', 'cpu']) == 0
    said = capsys.readouterr().out
    assert 'No label maps were named: layouts/ has 3 of the data set of the test.' in said
    assert '3 pictures in pictures' in said
    names = [f'layout_{index}.png' for index in range(3)]  # all that the test has
    for folder in ('layouts', 'pictures'):
        assert sorted(path.name for path in (tmp_path / folder).iterdir()) == names
    # The scenes on which models are tested; one that somebody has painted on stays as it is.
    picture = cv2.imread('layouts/layout_1.png')[..., ::-1]
    assert np.array_equal(picture, np.array(SCENE_PALETTE)[draw_scene(1, 1, (64, 64))[1]])
    mine = draw_scene(40, 1, (64, 64))[1]
    cv2.imwrite('layouts/layout_1.png', mine)
    before = cv2.imread('pictures/layout_1.png')
    assert main([str(drawn), '--device', 'cpu', '--overwrite']) == 0
    assert np.array_equal(cv2.imread('layouts/layout_1.png', cv2.IMREAD_UNCHANGED), mine)
    assert not np.array_equal(cv2.imread('pictures/layout_1.png'), before)


def test_without_label_maps_and_data_it_asks_for_some(checkpoint, tmp_path, monkeypatch, capsys):
    path = trained_with(checkpoint, checkpoint.with_name('elsewhere.pth'), train=FILES)
    monkeypatch.chdir(tmp_path)
    assert main([str(path), '--device', 'cpu']) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith('error: name label maps, or a folder of them: the data set on which')
    assert [*tmp_path.iterdir()] == []
