"""Lists of classes in the forms that are about."""

import json

import pytest

from projects.ecgan.errors import DataError, MissingFileError
from projects.ecgan.preparation import ClassRow, read_classes

SKY, CAR = ClassRow(0, 'sky', (128, 128, 128)), ClassRow(1, 'police car', (64, 0, 128))
BARE = [ClassRow(0, 'sky', None), ClassRow(1, 'police car', None)]
LISTS = {
    'lines.txt': ('# mine\n0 sky 128 128 128\n\n1 police car 64 0 128  # blue\n', [SKY, CAR]),
    'tabs.txt': ('1\tpolice car\t64\t0\t128\n0\tsky\t128\t128\t128', [SKY, CAR]),
    'no_colours.txt': ('0 sky\n1 police car\n', BARE),
    'names.txt': ('sky\npolice car\n', BARE),
    'names_and_colours.txt': ('sky 128 128 128\npolice car 64 0 128\n', [SKY, CAR]),
    # As CamVid's label_colors.txt.
    'label_colors.txt': ('128 128 128\t\tsky\n64 0 128\tpolice car\n', [SKY, CAR]),
    'table.csv': ('id,name,r,g,b\n0,sky,128,128,128\n1,"police car",64,0,128\n', [SKY, CAR]),
    'no_ids.csv': ('name,r,g,b\nsky, 128, 128, 128\npolice car, 64, 0, 128\n', [SKY, CAR]),
    'order.csv': ('r;g;b;class;index\n64;0;128;police car;1\n128;128;128;sky;0\n', [SKY, CAR]),
    'bom.csv': ('\ufeffid,name\n0,sky\n1,police car\n', BARE),
    'names.json': (json.dumps(['sky', 'police car']), BARE),
    'objects.json': (
        json.dumps(
            [
                dict(id=1, name='police car', color=[64, 0, 128]),
                dict(id=0, name='sky', color=[128, 128, 128]),
            ]
        ),
        [SKY, CAR],
    ),
    'colours.json': (json.dumps({'sky': [128] * 3, 'police car': [64, 0, 128]}), [SKY, CAR]),
    'ids.json': (json.dumps({'1': 'police car', '0': 'sky'}), BARE),
    'mmseg.json': (
        json.dumps(dict(classes=['sky', 'police car'], palette=[[128] * 3, [64, 0, 128]])),
        [SKY, CAR],
    ),
}


@pytest.mark.parametrize('name', LISTS)
def test_lists(tmp_path, name):
    text, rows = LISTS[name]
    (tmp_path / name).write_text(text, encoding='utf-8')
    assert read_classes(tmp_path / name) == rows


@pytest.mark.parametrize(
    ('name', 'text', 'sentence'),
    [
        ('a.txt', '0 sky\n1\n', r"a\.txt, line 2: '1' is none of"),
        ('a.txt', '0 sky\n1 128 128 128\n', 'line 2: .* is none of'),
        ('a.txt', '0 sky\n0 sea\n', 'sea and sky have the same id 0'),
        ('a.txt', '0 sky 0 0 256\n', r'colour of sky is \(0, 0, 256\), not 0 to 255'),
        ('a.txt', '', 'names no class'),
        ('a.txt', '0 void', 'names no class'),
        ('a.json', '{', 'is not a list of classes in JSON'),
        ('a.json', '[{"id": 1}]', 'is not a list of classes in JSON'),
        ('a.json', '{"classes": ["a"], "palette": []}', None),
        ('a.json', '{"classes": ["a"], "palette": [[1, 2, 3], [1, 2, 3]]}', 'in JSON'),
        ('a.json', '{"a": [1, 2]}', 'in JSON'),
    ],
)
def test_what_is_no_list(tmp_path, name, text, sentence):
    (tmp_path / name).write_text(text)
    if sentence is None:
        assert read_classes(tmp_path / name) == [ClassRow(0, 'a', None)]
        return
    with pytest.raises(DataError, match=sentence):
        read_classes(tmp_path / name)


def test_a_list_that_is_not_there(tmp_path):
    with pytest.raises(MissingFileError, match='no list of classes at'):
        read_classes(tmp_path / 'none.txt')
    (tmp_path / 'a.txt').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(DataError, match='as text'):
        read_classes(tmp_path / 'a.txt')


def test_unknown_is_no_class():
    assert ClassRow(11, 'Unlabelled', None).is_unknown and not SKY.is_unknown
