"""YOLO's segments."""

import numpy as np
import pytest
from annotated import drawn, grid, put

from projects.ecgan.errors import DataError, MissingFileError

YAML = 'train: images/train\nnc: 2\nnames:\n  0: road\n  1: car\n'
ROAD, CAR = '0 0 0 1 0 1 1 0 1\n', '1 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75\n'


def one(tmp_path, text: str, **files: str):
    files = files or {'data.yaml': YAML}
    files |= {'labels/train/a.b.txt': text, 'images/train/a.b.jpg': (4, 8)}
    return drawn(tmp_path / 'set', **files)


def test_small_shapes_lie_above_large_ones(tmp_path):
    found = one(tmp_path, CAR + ROAD)
    assert found.classes == [(0, 'road'), (1, 'car')]
    assert np.array_equal(
        found.maps['a.b.png'], grid('00000000', '00111100', '00111100', '00000000')
    )
    assert 'small shapes lie above large ones' in found.notes


@pytest.mark.parametrize(
    'files',
    [
        {'data.yaml': 'names: [road, car]\n'},
        {'classes.txt': 'road\ncar\n'},
        {'other.yaml': 'lr: 0.1\n', 'set.yaml': YAML},
    ],
)
def test_names_of_classes(tmp_path, files):
    assert one(tmp_path, ROAD + CAR, **files).classes == [(0, 'road'), (1, 'car')]


def test_names_above_the_folder_that_was_given(tmp_path):
    put(tmp_path / 'data.yaml', YAML)
    photos = tmp_path / 'images'
    put(photos / 'a.jpg', (4, 8))
    found = drawn(tmp_path / 'labels', photos, **{'a.txt': ROAD})
    assert found.classes == [(0, 'road'), (1, 'car')]
    assert f'classes: {tmp_path / "data.yaml"}' in found.notes


def test_splits_and_photos_without_shapes(tmp_path):
    files = {'data.yaml': YAML}
    for split in ('train', 'val'):
        files[f'labels/{split}/a.txt'] = ROAD if split == 'train' else CAR
        files[f'images/{split}/a.jpg'] = (4, 8)
    files |= {'labels/val/b.txt': '', 'images/val/b.jpg': (4, 8)}
    found = drawn(tmp_path / 'set', **files)
    assert list(found.maps) == ['train/a.png', 'val/a.png']
    assert found.maps['train/a.png'][1, 3] == 0 and found.maps['val/a.png'][1, 3] == 1
    assert '1 photos have no shape and so no map' in found.notes


def test_boxes_among_segments_are_counted_and_boxes_alone_refused(tmp_path):
    assert '1 boxes' in one(tmp_path, f'{ROAD}1 0.5 0.5 0.1 0.1\n').notes
    with pytest.raises(DataError, match=r'a\.b\.txt .* hold boxes, not segments'):
        one(tmp_path, '1 0.5 0.5 0.1 0.1\n')


def test_names_are_needed(tmp_path):
    with pytest.raises(MissingFileError, match=r'no data\.yaml or classes\.txt in'):
        drawn(tmp_path / 'set', **{'a.txt': ROAD, 'a.jpg': (4, 8)})


@pytest.mark.parametrize(
    ('line', 'text'),
    [
        ('1 0 0 1 0 1\n', r'line 2: its corners are 5 numbers, which is odd'),
        ('1 0 0 1 0\n1 0 0 1 0 1 b\n', 'line 3: its corners are not numbers'),
        ('7 0 0 1 0 1 1\n', 'line 2: there is no class 7'),
        ('car 0 0 1 0 1 1\n', "line 2: its class is 'car', no number"),
        ('1 0 0 10 0 10 10\n', 'line 2: a corner of it is not from 0 to 1'),
    ],
)
def test_what_is_refused(tmp_path, line, text):
    with pytest.raises(DataError, match=text) as error:
        one(tmp_path, ROAD + line)
    assert 'a.b.txt' in str(error.value)
