"""Faults that all files share: stopped or named, with numbers and the likely cause."""

import cv2
import numpy as np
import pytest
from label_file_makers import png
from planted import draw, label, photo, save, write_tree
from test_reading_choice import truth, write

from projects.ecgan.errors import DataError
from projects.ecgan.preparation import survey


def rewrite(root, count, change):
    for index in range(count):
        save(label(root, f'{index:03d}'), change(draw(index)[1]))


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (lambda ids: 0 * ids, 'all 12 label maps hold id 0 alone: another folder'),
        (
            lambda ids: cv2.resize(
                np.where(ids > 2, 255, 0).astype(np.uint8), None, fx=0.5, fy=0.5,
                interpolation=cv2.INTER_AREA,
            ).repeat(2, 0).repeat(2, 1),
            r'12 of 12 label maps hold values \(64, 128, 191\)',
        ),
        (
            lambda ids: np.rint(ids * (255 / ids.max())).astype(np.uint8),
            'each was scaled for display by itself',
        ),
    ],
)  # fmt: skip
def test_sets_that_teach_nothing(tmp_path, change, sentence):
    root = write_tree(tmp_path, 12)
    rewrite(root, 12, change)
    with pytest.raises(DataError, match=sentence):
        survey([root])


def test_masks_that_were_halved_smoothly(tmp_path):
    root = write_tree(tmp_path, 12)
    for index in range(12):
        mask = np.where(draw(index, (128, 192))[1] > 2, 255, 0).astype(np.uint8)
        save(label(root, f'{index:03d}'), cv2.resize(mask, (96, 64), interpolation=cv2.INTER_AREA))
    with pytest.raises(DataError, match=r'12 of 12 label maps hold values \(64, .* smoothly'):
        survey([root])


def test_ids_without_gaps_that_were_halved_smoothly(tmp_path):
    root = write_tree(tmp_path, 12)
    for index in range(12):
        ids = draw(index, (128, 192))[1].astype(np.uint8)
        save(label(root, f'{index:03d}'), cv2.resize(ids, (96, 64), interpolation=cv2.INTER_AREA))
    (finding,) = survey([root]).of_kind('set')
    assert 'of the pixels on edges lie between a lower and a higher value' in finding.text


def test_thin_classes_of_a_list_are_classes(tmp_path):
    maps = [np.where(np.arange(32) % 16 == 8, 100, truth(i, (0, 200))) for i in range(9)]
    maps = [np.where(np.arange(32) % 16 > 8, 200, np.where(m == 100, 100, 0)) for m in maps]
    root = write(tmp_path, [png(m) for m in maps])
    with pytest.raises(DataError, match='thin classes of such ids need a list'):
        survey([root])
    (tmp_path / 'list.txt').write_text('0 sky\n100 line\n200 road\n')
    assert not survey([root], tmp_path / 'list.txt').labelling.findings


def test_the_rest_is_unknown(tmp_path):
    root = write_tree(tmp_path, 12)
    rewrite(root, 12, lambda ids: np.where(ids > 2, 255, 0).astype(np.uint8))
    (tmp_path / 'list.txt').write_text('0 sky\n1 road\n2 car\n')
    found = survey([root], tmp_path / 'list.txt')
    (finding,) = found.of_kind('set')
    assert finding.text.startswith('sky is the only class with pixels, all the rest (')
    assert '2 classes are in no map: road, car' in found.notes


def test_a_line_of_the_list_is_missing(tmp_path):
    root = write_tree(tmp_path, 12)
    names = ('road', 'grass', 'building', 'tree', 'car', 'person', 'lamp')
    (tmp_path / 'names.txt').write_text('\n'.join(names))
    with pytest.raises(DataError, match=r'7 lines without ids, .* hold id 7: a line is missing'):
        survey([root], tmp_path / 'names.txt')


def test_a_class_in_one_map(tmp_path):
    root = write_tree(tmp_path, 12)
    save(label(root, '003'), np.where(draw(3)[1] == 0, 9, draw(3)[1]).astype(np.uint8))
    (finding,) = survey([root]).of_kind('set')
    assert finding.text.startswith('id 9 is in one map only (')


def test_photos_and_maps_swapped(tmp_path):
    root = write_tree(tmp_path, 12)
    for index in range(12):
        name = f'{index:03d}'
        save(photo(root, name, '.png'), draw(index)[0])
        photo(root, name).unlink()
    with pytest.raises(DataError, match='photos and label maps look swapped'):
        survey([root / 'labels', root / 'images'])
