"""Inputs of the inferencer: what a folder gives."""

import numpy as np
import pytest

from projects.ecgan.errors import MissingFileError
from projects.ecgan.inference import input_maps
from projects.ecgan.inference.input_maps import NamedMap, find_instance_map, list_maps

SUFFIXES = ('.png', '.npy')


def write(root, *files):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


@pytest.fixture
def said(monkeypatch):
    """What is logged."""
    lines = []
    monkeypatch.setattr(input_maps, 'print_log', lambda text, **_: lines.append(text))
    return lines


def test_links_are_followed_and_circles_end(tmp_path, said):
    store = write(tmp_path / 'store', 'a.png', 'deep/b.png')
    root = write(tmp_path / 'set', 'c.png', '._c.png', '__MACOSX/c.png')
    (root / 'linked').symlink_to(store)
    (root / 'd.png').symlink_to(store / 'a.png')
    (store / 'up').symlink_to(root)
    (root / 'loop').symlink_to(root / 'loop')
    names = [each.name for each in list_maps(root, SUFFIXES)]
    assert names == ['c', 'd', 'linked/a', 'linked/deep/b'] and said == []
    with pytest.raises(MissingFileError, match='no label map at'):
        list_maps(root / 'loop', SUFFIXES)


def test_what_is_left_out_is_said_in_one_line(tmp_path, said):
    write(tmp_path, *(f'{n}_{k}.png' for n in 'ab' for k in ('color', 'instanceIds', 'labelIds')))
    maps = list_maps(tmp_path, SUFFIXES)
    assert [each.name for each in maps] == ['a_labelIds', 'b_labelIds']
    assert len(said) == 1 and '2 label maps' in said[0] and '*_color (2)' in said[0]
    others = list_maps(tmp_path, SUFFIXES, kind='instance')
    assert [each.name for each in others] == ['a_instanceIds', 'b_instanceIds']


def test_what_is_given_one_by_one_is_taken(tmp_path, said):
    path = write(tmp_path, 'a_instanceIds.png') / 'a_instanceIds.png'
    maps = list_maps([path, np.zeros((2, 2))], SUFFIXES)
    assert [each.name for each in maps] == ['a_instanceIds', '1'] and said == []


@pytest.mark.parametrize(
    ('name', 'file'),
    [
        ('a', 'a.png'),
        ('town/b', 'town/b_inst.npy'),
        ('town/b_label', 'town/b_inst.npy'),
        ('c_gtFine_labelIds', 'c_gtFine_instanceIds.png'),
        ('none', ''),
        ('no/folder', ''),
        ('d_labelIds', ''),
    ],
)
def test_the_instance_map_of_a_label_map(tmp_path, name, file):
    folder = write(
        tmp_path,
        *('a.png', 'town/b_inst.npy', 'c_gtFine_color.png', 'c_gtFine_instanceIds.png'),
        *('c_gtFine_labelIds.png', 'd_color.png', 'd_labelIds.png'),
    )
    label_map = NamedMap(name, folder / f'{name}.png')
    if name == 'a':  # of another folder
        label_map = NamedMap(name, write(tmp_path / 'labels', 'a.png') / 'a.png')
    if file:
        assert find_instance_map(label_map, folder, SUFFIXES) == folder / file
    else:
        with pytest.raises(MissingFileError, match=f'no instance map of {name} in'):
            find_instance_map(label_map, folder, SUFFIXES)
