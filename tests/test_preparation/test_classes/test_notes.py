"""What a table says besides its rows, and which names are no class."""

import json

import pytest

from projects.ecgan.errors import DataError
from projects.ecgan.preparation import ClassRow, read_classes


def read(folder, text, name='a.txt'):
    (folder / name).write_text(text)
    return read_classes(folder / name)


def test_numbered_by_line(tmp_path):
    table = read(tmp_path, 'sky\ncar\n')
    assert table.numbered_by_line
    assert table.notes == [
        'the table has no ids: classes are numbered in their order, from 0 (sky) to 1 (car)'
    ]
    for text in ('0 sky\n1 car\n', 'sky 1 1 1\ncar 2 2 2'):
        assert not read(tmp_path, text).numbered_by_line
    # A list of names in JSON has no ids either.
    assert read(tmp_path, '["sky", "car"]').numbered_by_line
    assert not read(tmp_path, '{"sky": 0}').numbered_by_line


NOTES = {
    '0 sky\n11 void\n': ['unknown by name: 11 (void)'],
    '0 sky\n-1 licence plate\n': ['an id below 0 is unknown: licence plate'],
    'name,id,trainId\nsky,0,1\ncar,1,0': [
        "ids are those of 'id', not of 'trainId'; for label maps of others leave out 'id'"
    ],
    '0 sky 1 2 3\n1 car 1 2 3': [
        'classes share a colour (sky, car): in maps of colours all of it is the first of them'
    ],
    'name,id,ignoreInEval\nsky,0,True\ncar,1,False': [
        "1 classes that 'ignoreInEval' leaves out of a benchmark are classes all the same: sky"
    ],
    'Idx,Ratio,Train,Val,Name\n1,0.1,1,1,wall': ['0 is unknown: no class has it'],
    'label\nsky\n': [
        "the first line, 'label', is taken for a title",
        'the table has no ids: classes are numbered in their order, from 0 (sky) to 0 (sky)',
    ],
    'sky 1 1 1\ncar 2 2 2': [
        'the colours of the table are grey levels 0, 1, 2 ...: they are the ids'
    ],
    json.dumps([dict(title='sky', shape='bitmap', id=9)]): [
        'the ids of Supervisely are those of its server, not of pixels: left out',
        'the table has no ids: classes are numbered in their order, from 0 (sky) to 0 (sky)',
    ],
    '1 person\n2 bicycle\n': [
        'person is 1: in label maps of COCO-Stuff it is 0, unlabelled is 255, and this table does '
        'not fit'
    ],
    '0 sky\n1 car\n': [],
}


@pytest.mark.parametrize('text', NOTES)
def test_notes(tmp_path, text):
    assert read(tmp_path, text).notes == NOTES[text]


@pytest.mark.parametrize(
    'name',
    [
        'unlabelled',
        'Unlabeled',
        'UNKNOWN',
        'Void',
        'ignore',
        '__ignore__',
        'no-data',
        'No Data',
        'nodata',
        'undefined',
        'dont_care',
        "don't care",
        'DontCare',
        'Unclassified',
    ],
)
def test_names_of_unknown(tmp_path, name):
    assert ClassRow(255, name, None).is_unknown
    table = read(tmp_path, f'0 sky\n255 {name}')
    assert [row.is_unknown for row in table] == [False, True]


@pytest.mark.parametrize('name', ['background', '_background_', 'other', 'ignored area', 'sky'])
def test_names_of_classes(name):
    assert not ClassRow(0, name, None).is_unknown
    assert ClassRow(-1, name, None).is_unknown


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16'])
def test_encodings(tmp_path, encoding):
    (tmp_path / 'a.csv').write_bytes('id,name\n0,Straße\n'.encode(encoding))
    assert read_classes(tmp_path / 'a.csv') == [(0, 'Straße', None)]


@pytest.mark.parametrize('content', ['Straße'.encode('latin-1'), b'PK\x03\x04\0\0', b'0 a\0b'])
def test_other_bytes(tmp_path, content):
    (tmp_path / 'a.csv').write_bytes(content)
    with pytest.raises(DataError, match='as text: save the table as CSV or text in UTF-8'):
        read_classes(tmp_path / 'a.csv')


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(DataError, match=r'cannot read .* as text: Is a directory'):
        read_classes(tmp_path)


def test_what_only_running_would_tell(tmp_path):
    table = read(tmp_path, "classes = ('sky', 'car')\npalette = [[128] * 3] * 2\n", 'a.py')
    assert table.notes[0] == 'only running the code would tell palette: left out'
