"""Links, circles and what systems leave behind."""

import os

import pytest

from projects.ecgan.datasets.file_walk import walk
from projects.ecgan.errors import MissingFileError


def names(folder):
    return [path.relative_to(folder).as_posix() for path in walk(folder)]


def write(root, *files):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()


def test_sorted_and_deep(tmp_path):
    write(tmp_path, 'b.png', 'a/2.png', 'a/10.png', 'c/d/e.png', 'a.png')
    assert names(tmp_path) == ['a/10.png', 'a/2.png', 'a.png', 'b.png', 'c/d/e.png']


def test_links_are_followed(tmp_path):
    write(tmp_path, 'store/a.png', 'store/deep/b.png', 'set/c.png')
    (tmp_path / 'set' / 'linked').symlink_to(tmp_path / 'store')
    (tmp_path / 'set' / 'd.png').symlink_to(tmp_path / 'store' / 'a.png')
    assert names(tmp_path / 'set') == ['c.png', 'd.png', 'linked/a.png', 'linked/deep/b.png']


def test_circles_end(tmp_path):
    write(tmp_path, 'a/1.png', 'b/2.png')
    (tmp_path / 'a' / 'up').symlink_to(tmp_path)
    (tmp_path / 'b' / 'self').symlink_to(tmp_path / 'b')
    (tmp_path / 'loop').symlink_to(tmp_path / 'loop')
    assert names(tmp_path) == ['a/1.png', 'b/2.png', 'loop']
    two = tmp_path / 'two'
    write(two, 'x/1.png', 'y/2.png')
    (two / 'x' / 'y').symlink_to(two / 'y')
    (two / 'y' / 'x').symlink_to(two / 'x')
    assert names(two) == ['x/1.png', 'x/y/2.png', 'y/2.png', 'y/x/1.png']


def test_circles_end_however_a_folder_is_entered(tmp_path):
    write(tmp_path, 'store/maps/1.png', 'store/photos/1.png')
    (tmp_path / 'store' / 'maps' / 'up').symlink_to(tmp_path / 'store')
    write(tmp_path, 'set/2.png')
    (tmp_path / 'set' / 'labels').symlink_to(tmp_path / 'store' / 'maps')
    assert names(tmp_path / 'set') == ['2.png', 'labels/1.png']
    assert names(tmp_path / 'set' / 'labels') == ['1.png']


def test_a_link_that_leads_nowhere_is_not_swallowed(tmp_path):
    (tmp_path / 'a.png').symlink_to(tmp_path / 'gone.png')
    assert names(tmp_path) == ['a.png']


def test_hidden_files_and_those_of_systems_are_left_out(tmp_path):
    litter = (
        '._a.png',
        '.cache/a.png',
        '__MACOSX/a.png',
        '@eaDir/a.png',
        'Thumbs.db',
        '$RECYCLE.BIN/a',
    )
    write(tmp_path, 'a.png', *litter, 'sub/._b.png', 'sub/.DS_Store')
    assert names(tmp_path) == ['a.png']
    write(tmp_path, '.hidden/set/a.png')
    assert names(tmp_path / '.hidden') == ['set/a.png']


def test_a_folder_that_may_not_be_read_is_named(tmp_path):
    with pytest.raises(MissingFileError, match='No such file'):
        names(tmp_path / 'none')
    write(tmp_path, 'a/1.png')
    (tmp_path / 'a').chmod(0)
    try:
        if not os.access(tmp_path / 'a', os.R_OK):
            with pytest.raises(MissingFileError, match='Permission denied'):
                names(tmp_path)
    finally:
        (tmp_path / 'a').chmod(0o700)
