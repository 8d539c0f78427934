"""Which annotations a folder has."""

import pytest
from annotated import put

from projects.ecgan.errors import DataError, MissingFileError
from projects.ecgan.preparation.annotations import draw, find_annotations

LABELME = dict(version='5', shapes=[], imagePath='a.jpg', imageHeight=2, imageWidth=2)
COCO = dict(images=[], annotations=[], categories=[])


@pytest.mark.parametrize(
    ('name', 'content', 'kind'),
    [
        ('a.json', LABELME, 'labelme JSON'),
        ('a.json', COCO, 'COCO JSON'),
        ('a.json', COCO | dict(annotations=[dict(segments_info=[])]), 'COCO panoptic'),
        ('a.json', dict(size={}, objects=[]), 'Supervisely JSON'),
        ('a.json', [dict(data={}, annotations=[])], 'Label Studio JSON'),
        ('a.json', {'a1': dict(filename='a', regions=[])}, 'VIA JSON'),
        ('a.txt', '0 0 0 1 0 1 1\n', 'YOLO segments'),
        ('a.XML', '<annotations><image/></annotations>', 'CVAT XML'),
        ('a.json', dict(info={}, objects=[]), 'ISAT JSON'),
        ('a.xml', '<annotation><object><bndbox/></object></annotation>', 'Pascal VOC XML'),
        ('a.xml', '<annotation><object><polygon/></object></annotation>', 'LabelMe XML'),
    ],
)
def test_kinds_are_told_apart(tmp_path, name, content, kind):
    put(tmp_path / 'inner' / name, content)
    source = find_annotations(tmp_path)
    assert source.kind == kind and source.files == [tmp_path / 'inner' / name]
    assert source.description == f'{kind}: 1 file (inner/{name})'


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('classes.json', ['road', 'car']),
        ('classes.json', dict(classes=['road'], palette=[[1, 2, 3]])),
        ('captions.json', dict(images=[], annotations=[dict(caption='')])),
        ('empty.json', []),
        ('empty.json', {}),
        ('number.json', 3),
        ('classes.txt', '0 road\n1 car\n'),
        ('colours.txt', '128 64 128 road\n'),
        ('train.txt', 'a\nb\n'),
        ('.hidden.json', COCO),
        ('other.xml', '<annotations/>'),
    ],
)
def test_what_is_no_annotation(tmp_path, name, content):
    put(tmp_path / name, content)
    assert find_annotations(tmp_path) is None


@pytest.mark.parametrize(
    ('content', 'text'),
    [('{"images": [', r'a\.json is broken JSON: .* in line 1, column 13'), ('[' * 10**5, 'nested')],
)
def test_broken_json_alone_is_an_error(tmp_path, content, text):
    put(tmp_path / 'a.json', content)
    with pytest.raises(DataError, match=text):
        find_annotations(tmp_path)


def test_text_in_another_coding_is_an_error(tmp_path):
    (tmp_path / 'a.json').write_bytes('{"a": "ä"}'.encode('latin-1'))
    with pytest.raises(DataError, match=r'a\.json is no text in UTF-8'):
        find_annotations(tmp_path)


def test_rivals_are_named(tmp_path):
    put(tmp_path / 'a.json', LABELME)
    put(tmp_path / 'b.json', COCO)
    source = find_annotations(tmp_path)
    assert source.kind == 'labelme JSON'
    assert source.notes == [
        f'1 files of COCO JSON are there too ({tmp_path / "b.json"}) and not used'
    ]


def test_the_folder_of_the_photos(tmp_path):
    put(tmp_path / 'ann/a.json', COCO)
    source = find_annotations(tmp_path)
    assert source.photos() == tmp_path
    put(tmp_path / 'images/train/a.jpg', (2, 2))
    assert source.photos() == tmp_path / 'images/train'
    put(tmp_path / 'images/val/b.jpg', (2, 2))
    assert source.photos() == tmp_path / 'images'
    put(tmp_path / 'maps/b.png', (2, 2))
    assert source.photos() == tmp_path
    assert source.photos(tmp_path / 'maps') == tmp_path / 'images'


def test_no_folder(tmp_path):
    with pytest.raises(MissingFileError, match='no folder at'):
        find_annotations(tmp_path / 'none')


@pytest.mark.parametrize(
    ('name', 'content', 'text'),
    [
        ('a.json', dict(info={}, objects=[]), 'is of ISAT, which is not read'),
        ('a.xml', '<annotation><object><bndbox/></object></annotation>', 'holds boxes of Pascal'),
        ('a.xml', '<annotation><object><polygon/></object></annotation>', "is of MIT's LabelMe"),
    ],
)
def test_what_is_known_and_cannot_be_drawn(tmp_path, name, content, text):
    put(tmp_path / 'set' / name, content)
    with pytest.raises(DataError, match=text):
        draw(find_annotations(tmp_path / 'set'), None, tmp_path / 'maps')
