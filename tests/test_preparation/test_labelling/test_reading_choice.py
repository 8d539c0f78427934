"""How a set of files says its ids: decided over all, right for every pixel, and said."""

from pathlib import Path

import numpy as np
import pytest
from label_file_makers import png, tiff
from PIL import Image

from projects.ecgan.datasets import read_ids
from projects.ecgan.datasets.label_files import Reading
from projects.ecgan.preparation import survey

SIZE = (24, 32)
LISTED = [(0, 'sky'), (1, 'road'), (2, 'car'), (3, 'tree')]
COLOURS = np.array([(0, 0, 0), (128, 64, 128), (70, 70, 70), (70, 130, 180)])


def truth(index: int, ids: tuple[int, ...] = (0, 1, 2, 3)) -> np.ndarray:
    """Blocks of ids; the fifth map lacks the last one."""
    ids = ids[:-1] if index == 5 else ids
    places = np.add.outer(np.arange(SIZE[0]) // 8, (np.arange(SIZE[1]) + index) // 8)
    return np.array(ids)[places % len(ids)]


def write(root: Path, contents: list[bytes], suffix: str = '.png') -> Path:
    random = np.random.default_rng(0)
    for folder in ('images', 'labels'):
        (root / folder).mkdir(parents=True)
    for index, content in enumerate(contents):
        photo = random.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
        Image.fromarray(photo).save(root / f'images/{index}.jpg')
        (root / f'labels/{index}{suffix}').write_bytes(content)
    return root


def table(root: Path, rows: list[tuple], colours: bool = False) -> Path:
    path = root / 'list.csv'
    lines = [','.join(map(str, (*row, *(COLOURS[row[0]] if colours else ())))) for row in rows]
    path.write_text('\n'.join(['id,name' + ',r,g,b' * colours, *lines]))
    return path


def read(found, root: Path, index: int, suffix: str = '.png') -> np.ndarray:
    return read_ids(root / f'labels/{index}{suffix}', found.labelling.coding)


def with_greys(ids: np.ndarray, index: int) -> bytes:
    """As oxipng does: some maps stay grey, others get a palette of greys in some order."""
    if index % 3 == 0:
        return png(ids)
    levels = np.roll(np.unique(ids), index)
    places = np.array([np.flatnonzero(levels == each)[0] for each in ids.ravel()])
    palette = [(level,) * 3 for level in levels]
    return png(places.reshape(ids.shape), 8, 'palette', palette)


def with_colours(ids: np.ndarray, index: int) -> bytes:
    """As optimisers make of RGB: palettes with the colours of the list in some order."""
    order = np.roll(np.unique(ids), index)
    places = np.array([np.flatnonzero(order == each)[0] for each in ids.ravel()])
    return png(places.reshape(ids.shape), 8, 'palette', COLOURS[order])


VOID = (0, 1, 2, 255)
WITH_VOID = [*LISTED[:3], (255, 'void')]
SETS = {
    'greys in any order': (with_greys, (0, 1, 2, 3), None, dict(palette='grey')),
    'greys in any order, listed': (with_greys, VOID, WITH_VOID, dict(palette='grey')),
    'palettes of their own': (
        lambda ids, i: png(ids, 8, 'palette', [(9, i, 7 * k) for k in range(4)]),
        (0, 1, 2, 3), LISTED, None,
    ),
    'one palette': (
        lambda ids, i: png(ids, 2, 'palette', COLOURS), (0, 1, 2, 3), None, dict(palette='index'),
    ),
    'raw samples': (lambda ids, i: png(ids, 2), (0, 1, 2, 3), None, dict(samples='raw')),
    '0 and 255 in one bit': (
        lambda ids, i: png(np.where(i == 5, ids % 2, ids), 1 if i == 5 else 8),
        (0, 1, 2, 255), WITH_VOID, dict(samples='scaled'),
    ),
    'scaled levels, listed': (
        lambda ids, i: png(ids // 85, 2), (0, 85, 170, 255),
        [(0, 'sky'), (85, 'road'), (170, 'car'), (255, 'tree')], dict(samples='scaled'),
    ),
    '16 bits of 8': (
        lambda ids, i: png(ids * 257, 16), (0, 1, 2, 255), WITH_VOID, dict(samples='scaled'),
    ),
    'id in red': (
        lambda ids, i: png(np.dstack([ids, 0 * ids, 0 * ids]), 8, 'colours'),
        (0, 1, 2, 3), None, dict(channel='red'),
    ),
    'tag and object of CARLA': (
        lambda ids, i: png(np.dstack([ids, 5 * ids + i, 0 * ids]), 8, 'colours'),
        (0, 1, 2, 3), None, dict(channel='red'),
    ),
    '0 is white': (
        lambda ids, i: tiff(ids.astype(np.uint8), 0, software='tifffile.py'),
        (0, 1, 2, 3), None, dict(white='stored'),
    ),
    '0 is white, by the list': (
        lambda ids, i: tiff((255 - ids).astype(np.uint8), 0, software='tifffile.py'),
        (0, 1, 2, 3), LISTED, dict(white='inverted'),
    ),
}  # fmt: skip


@pytest.mark.parametrize('name', SETS)
def test_every_pixel_of_a_set(tmp_path, name):
    make, ids, rows, choices = SETS[name]
    suffix = '.tif' if 'white' in name else '.png'
    # In one bit the fifth map holds 0 and 255 alone.
    maps = [truth(index, ids) for index in range(9)]
    if 'one bit' in name:
        maps[5] = truth(4, (0, 255))
        contents = [make(m if i != 5 else m // 255, i) for i, m in enumerate(maps)]
    else:
        contents = [make(m, i) for i, m in enumerate(maps)]
    root = write(tmp_path, contents, suffix)
    if choices is None:  # neither the list nor an index that agrees: no majority decides
        with pytest.raises(Exception, match='list of classes has none for sky, road, car, tree'):
            survey([root], table(tmp_path, rows))
        return
    found = survey([root], rows and table(tmp_path, rows))
    assert found.labelling.reading.choices == choices
    assert len(found.good) == 9 and not found.findings
    places = {value: place for place, value in enumerate(ids)}
    places |= {255: 255} if rows is WITH_VOID else {}
    for index, expected in enumerate(maps):
        wanted = np.vectorize(places.get)(expected)
        assert np.array_equal(read(found, root, index, suffix), wanted), index


def test_colours_of_the_list_in_any_order(tmp_path):
    maps = [truth(index) for index in range(9)]
    root = write(tmp_path, [with_colours(m, i) for i, m in enumerate(maps)])
    found = survey([root], table(tmp_path, LISTED, colours=True))
    assert found.labelling.reading.choices == dict(palette='colours')
    (note,) = found.notes
    assert note.startswith('9 maps have a palette: read by their colours, which stand in the list')
    assert all(np.array_equal(read(found, root, i), m) for i, m in enumerate(maps))


def test_greys_among_colours_are_colours(tmp_path):
    maps = [truth(index) for index in range(9)]
    maps[5] = 0 * maps[5]
    contents = [png(COLOURS[m], 8, 'colours') for m in maps]
    contents[5] = png(maps[5], 1)
    root = write(tmp_path, contents)
    found = survey([root], table(tmp_path, LISTED, colours=True))
    assert found.labelling.reading.choices == dict(channel='all', grey='colours', samples='scaled')
    assert np.array_equal(read(found, root, 5), maps[5]) and len(found.good) == 9


@pytest.mark.parametrize(
    ('ids', 'rows', 'label_map', 'words'),
    [
        ((0, 85, 170, 255), LISTED, {85: 1, 170: 2, 255: 3}, 'not the ids 0 to 3 of the list'),
        ((0, 85, 170, 255), None, {85: 1, 170: 2, 255: 3}, 'even steps up to 255'),
        ((0, 255), [(0, 'no'), (1, 'yes')], {255: 1}, 'not the ids 0 to 1 of the list'),
        ((0, 255), None, {255: 1}, ''),
        ((0, 1, 2, -1), LISTED, {-1: 255}, 'in no map: tree'),
    ],
)
def test_ids_that_were_scaled_or_are_below_0(tmp_path, ids, rows, label_map, words):
    maps = [truth(index, ids) for index in range(9)]
    signed = min(ids) < 0
    contents = [tiff(m.astype(np.int16)) if signed else png(m) for m in maps]
    root = write(tmp_path, contents, '.tif' if signed else '.png')
    found = survey([root], rows and table(tmp_path, rows))
    changed = {old: new for old, new in found.labelling.label_map.items() if old != new}
    assert changed == label_map and len(found.good) == 9
    assert words in ' '.join(found.notes)


def test_the_users_choice_comes_first(tmp_path):
    root = write(tmp_path, [with_greys(truth(i), i) for i in range(9)])
    found = survey([root], reading=Reading(palette='index'))
    assert found.labelling.reading.palette == 'index'


# By hand: the bits of an id go in turn to red, green and blue, the lowest to the brightest.
VOC = {0: (0, 0, 0), 1: (128, 0, 0), 15: (192, 128, 128), 255: (224, 224, 192)}


@pytest.mark.parametrize('is_listed', [False, True])
def test_colours_of_pascal_voc_in_another_order(tmp_path, is_listed):
    ids = (0, 1, 15, 255)
    order = (255, 15, 0, 1)
    maps = [truth(index, ids) for index in range(9)]
    places = np.zeros(256, int)
    places[list(order)] = range(4)
    palette = [VOC[each] for each in order]
    root = write(tmp_path, [png(places[m], 2, 'palette', palette) for m in maps])
    rows = [(0, 'background'), (1, 'aeroplane'), (15, 'person'), (7, 'car')]
    found = survey([root], table(tmp_path, rows) if is_listed else None)
    assert 'which are those of Pascal VOC' in found.notes[0]
    wanted = np.full(256, 255)
    wanted[[0, 1, 15]] = (0, 1, 3) if is_listed else (0, 1, 2)
    names = ['background', 'aeroplane', 'car', 'person'] if is_listed else ['id 0', 'id 1', 'id 15']
    assert found.labelling.classes == names and found.labelling.with_unknown
    assert not found.findings
    assert all(np.array_equal(read(found, root, i), wanted[m]) for i, m in enumerate(maps))


def test_what_is_transparent_may_have_a_colour_of_no_class(tmp_path):
    colours = np.array([(9, 9, 9), (128, 64, 128), (70, 70, 70)])
    maps = [truth(index, (0, 1, 2)) for index in range(9)]
    root = write(tmp_path, [b''] * 9)
    for index, ids in enumerate(maps):
        pixels = np.dstack([colours[ids], 255 * (ids > 0)]).astype(np.uint8)
        Image.fromarray(pixels).save(root / f'labels/{index}.png')
    found = survey([root])
    assert found.labelling.classes == ['colour #804080', 'colour #464646']
    for index, ids in enumerate(maps):
        assert np.array_equal(read(found, root, index) == 255, ids == 0)


def test_colours_that_are_of_pascal_voc_by_chance(tmp_path):
    # (64, 0, 128) is VOC's dog, 12, which is in no list of three; the index is the id.
    palette = [(0, 0, 0), (64, 0, 128), (128, 128, 128)]
    maps = [truth(index, (0, 1, 2)) for index in range(9)]
    root = write(tmp_path, [png(m, 2, 'palette', palette) for m in maps])
    found = survey([root], table(tmp_path, LISTED[:3]))
    assert found.labelling.reading.palette == 'index' and not found.findings
    assert all(np.array_equal(read(found, root, i), m) for i, m in enumerate(maps))
