"""From annotations to a folder of maps: photos, faults, other files."""

import numpy as np
import pytest
from annotated import box, drawn, put
from PIL import Image

from projects.ecgan.errors import DataError
from projects.ecgan.preparation.annotations import draw, find_annotations
from projects.ecgan.preparation.annotations.content import colour_of, numbered


def coco(*names: str, size: tuple = (2, 3), rings: int = 1) -> dict:
    return dict(
        images=[dict(id=k, file_name=name, height=size[0], width=size[1])
                for k, name in enumerate(names)],
        categories=[dict(id=1, name='car')],
        annotations=[dict(id=k, image_id=k, category_id=1, segmentation=[box(0, 0, 2, 2)] * rings)
                     for k, _ in enumerate(names)],
    )  # fmt: skip


def test_maps_are_called_as_photos(tmp_path):
    photos = {f'images/{name}': (2, 3) for name in ('x/a.jpg', 'x/b.PNG')}
    found = drawn(tmp_path / 'set', **{'c.json': coco('x/a.jpg', 'b.PNG'), **photos})
    assert list(found.maps) == ['a.png', 'b.png']  # below the folder of all photos
    other = drawn(tmp_path / 'two', tmp_path / 'set/images', **{'c.json': coco('a.jpg', 'b.PNG')})
    assert list(other.maps) == ['x/a.png', 'x/b.png']


def test_without_photos_maps_are_called_as_the_annotations_have_it(tmp_path):
    found = drawn(tmp_path / 'set', **{'c.json': coco('x/a.jpg', '..\\b.jpg')})
    assert list(found.maps) == ['b.png', 'x/a.png']
    assert 'there are no photos in' in found.notes


def test_annotations_without_a_photo_are_named(tmp_path):
    found = drawn(tmp_path / 'set', **{'c.json': coco('a.jpg', 'b.jpg'), 'a.jpg': (2, 3)})
    assert list(found.maps) == ['a.png']
    assert '1 annotated pictures have no photo in' in found.notes and ': b.jpg' in found.notes


def test_no_photo_fits(tmp_path):
    with pytest.raises(
        DataError, match=r'2 annotated pictures have no photo .*: a\.jpg, b\.jpg; a'
    ):
        drawn(tmp_path / 'set', **{'c.json': coco('a.jpg', 'b.jpg'), 'z.jpg': (2, 3)})


def test_a_photo_that_is_annotated_twice(tmp_path):
    with pytest.raises(DataError, match=r'c\.json: a\.png: .* has annotations of it'):
        drawn(tmp_path / 'set', **{'c.json': coco('a.jpg', 'a.png'), 'a.jpg': (2, 3)})


def test_a_photo_turned_by_its_orientation(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    (tmp_path / 'set').mkdir()
    Image.new('RGB', (3, 2)).save(tmp_path / 'set/a.jpg', exif=exif)
    with pytest.raises(DataError, match='is 2 x 3, and is turned by its EXIF orientation'):
        drawn(tmp_path / 'set', **{'c.json': coco('a.jpg')})


def test_drawing_again_writes_anew_and_other_maps_are_refused(tmp_path):
    put(tmp_path / 'set/c.json', coco('a.jpg'))
    put(tmp_path / 'set/a.jpg', (2, 3))
    source, out = find_annotations(tmp_path / 'set'), tmp_path / 'set/maps'
    draw(source, None, out)
    put(out / 'a.png', (2, 3))
    draw(find_annotations(tmp_path / 'set'), None, out)
    assert np.asarray(Image.open(out / 'a.png')).tolist() == [[0, 0, 255]] * 2
    put(out / 'b.png', (2, 3))
    with pytest.raises(
        DataError, match=r'holds 1 pictures that are not of this drawing, as .*b\.png'
    ):
        draw(source, None, out)


def test_the_map_of_a_photo_that_became_faulty_is_gone(tmp_path):
    names = [f'{k:02}.jpg' for k in range(20)]
    for name in names:
        put(tmp_path / 'set' / name, (2, 3))
    put(tmp_path / 'set/c.json', coco(*names))
    draw(find_annotations(tmp_path / 'set'), None, tmp_path / 'maps')
    put(tmp_path / 'set/07.jpg', (3, 2))
    draw(find_annotations(tmp_path / 'set'), None, tmp_path / 'maps')
    assert len(list((tmp_path / 'maps').iterdir())) == 19
    assert not (tmp_path / 'maps/07.png').exists()


@pytest.mark.parametrize('name', ['a\0b.jpg', 'a' * 300])
def test_names_that_no_file_can_have(tmp_path, name):
    with pytest.raises(DataError, match='it is no name of a photo'):
        drawn(tmp_path / 'set', **{'c.json': coco(name)})


def test_shapes_outside_the_photo_are_counted(tmp_path):
    json = coco('a.jpg', 'b.jpg')
    json['annotations'][1]['segmentation'] = [box(7, 7, 9, 9)]
    found = drawn(tmp_path / 'set', **{'c.json': json, 'a.jpg': (2, 3), 'b.jpg': (2, 3)})
    assert '1 shapes have no pixel in their photo' in found.notes


def test_more_than_a_tenth_of_faults_is_an_error(tmp_path):
    def faulty(count: int) -> dict:
        names = [f'{k:02}.jpg' for k in range(20)]
        json = coco(*names)
        for each in json['annotations'][:count]:
            each['segmentation'] = [[0, 0]]
        return {'c.json': json} | dict.fromkeys(names, (2, 3))

    found = drawn(tmp_path / 'two', **faulty(2))
    assert len(found.maps) == 18
    assert '2 annotations or files are left out, as they cannot be drawn' in found.notes
    with pytest.raises(DataError, match=r'c\.json: 00\.jpg: annotation 0: .* \(and 2 more of 20\)'):
        drawn(tmp_path / 'three', **faulty(3))


def test_several_processes_draw_the_same(tmp_path):
    names = [f'{k:02}.jpg' for k in range(20)]
    for name in names:
        put(tmp_path / 'set' / name, (2, 3))
    put(tmp_path / 'set/c.json', coco(*names))
    source = find_annotations(tmp_path / 'set')
    one, two = (draw(source, None, tmp_path / f'maps{jobs}', jobs) for jobs in (1, 2))
    assert one.notes[1:] == two.notes[1:] and one.classes == two.classes
    assert [path.read_bytes() for path in sorted(one.folder.iterdir())] == [
        path.read_bytes() for path in sorted(two.folder.iterdir())
    ]


def test_numbers_of_classes_leave_255_out():
    rows = numbered({f'c{k}': None for k in range(257)} | {'void': None})
    assert [row.id for row in rows] == [*range(255), 256, 257]


@pytest.mark.parametrize(
    ('value', 'colour'),
    [
        ('#0a14FF', (10, 20, 255)), ([1, 2, 3], (1, 2, 3)), ('red', None),
        (None, None), ([300] * 3, None),
    ],
)  # fmt: skip
def test_colours(value, colour):
    assert colour_of(value) == colour
