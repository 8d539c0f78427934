"""Label maps where there are no photos to compare names with."""

import pytest

from projects.ecgan.errors import MissingFileError
from projects.ecgan.preparation.pairing.layouts import split_end
from projects.ecgan.preparation.pairing.maps_alone import find_maps

SUFFIXES = ('.png', '.npy')
# Files; those that are taken; words of what is left out.
FOLDERS = {
    'plain': (['a.png', 'b/c.npy', 'notes.txt', '._a.png'], ['a.png', 'b/c.npy'], ''),
    'Cityscapes': (
        [
            f'{folder}/{split}/ulm/ulm_{i}_{end}.png'
            for split in ('train', 'val')
            for i in range(2)
            for folder, end in (
                ('leftImg8bit', 'leftImg8bit'),
                ('gtFine', 'gtFine_color'),
                ('gtFine', 'gtFine_instanceIds'),
                ('gtFine', 'gtFine_labelIds'),
            )
        ],
        [f'gtFine/{s}/ulm/ulm_{i}_gtFine_labelIds.png' for s in ('train', 'val') for i in (0, 1)],
        'leftImg8bit/ (4), *_gtFine_color (4), *_gtFine_instanceIds, numbers of objects (4)',
    ),
    'a city of Cityscapes': (
        ['ulm_0_gtFine_color.png', 'ulm_0_gtFine_instanceIds.png', 'ulm_0_gtFine_labelIds.png'],
        ['ulm_0_gtFine_labelIds.png'],
        '*_gtFine_color (1), *_gtFine_instanceIds, numbers of objects (1)',
    ),
    'colours alone': (['a_color.png', 'b_color.png'], ['a_color.png', 'b_color.png'], ''),
    'VOC': (
        ['JPEGImages/a.png', 'SegmentationClass/a.png', 'SegmentationObject/a.png'],
        ['SegmentationClass/a.png'],
        'JPEGImages/ (1), SegmentationObject/, numbers of objects (1)',
    ),
    'splits': (
        ['train/images/a.png', 'train/labels/a.png', 'val/images/a.png', 'val/labels/a.png'],
        ['train/labels/a.png', 'val/labels/a.png'],
        'train/images/ (1), val/images/ (1)',
    ),
    'CamVid of CVAT': (
        ['default/a.png', 'default/b.png', 'defaultannot/a.png', 'defaultannot/b.png'],
        ['defaultannot/a.png', 'defaultannot/b.png'],
        'default/ (2)',
    ),
    'ids and colours in folders': (
        ['labels/a.png', 'labels_color/a.png', 'overlays/a.png', 'depth/a.png'],
        ['labels/a.png'],
        'labels_color/ (1)',
    ),
    'Segments.ai': (
        ['a.png', 'a_label_ground-truth.png', 'a_label_ground-truth_semantic.png'],
        ['a_label_ground-truth_semantic.png'],
        '*_label_ground-truth, numbers of objects (1)',
    ),
    'edges beside': (
        ['a.png', 'a_edge.png', 'forest_edge.png', 'b.png'],
        ['a.png', 'b.png', 'forest_edge.png'],
        '*_edge, edges (1)',
    ),
    'frames that are numbered': (
        ['street_mask_2.png', 'street_mask_3.png', 'street_seg_12.png'],
        ['street_mask_2.png', 'street_mask_3.png', 'street_seg_12.png'],
        '',
    ),
    'a folder of maps with a folder of others below': (
        ['a.png', 'b.png', 'masks/c.png'],
        ['a.png', 'b.png', 'masks/c.png'],
        '',
    ),
    'two sequences': (
        ['s1/labels/0.png', 's2/labels/0.png'],
        ['s1/labels/0.png', 's2/labels/0.png'],
        '',
    ),
}


def write(root, files):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


@pytest.mark.parametrize('name', FOLDERS)
def test_names_decide(tmp_path, name):
    files, taken, left_out = FOLDERS[name]
    found = find_maps(write(tmp_path, files), SUFFIXES)
    assert found.files == taken and left_out in found.left_out
    assert bool(found.left_out) == bool(left_out)


def test_instance_maps(tmp_path):
    write(tmp_path, ['a_instanceIds.png', 'a_labelIds.png', 'b_instanceIds.png'])
    found = find_maps(tmp_path, SUFFIXES, kind='instance')
    assert found.files == ['a_instanceIds.png', 'b_instanceIds.png']
    plain = write(tmp_path / 'plain', ['a.png', 'b.png'])
    assert find_maps(plain, SUFFIXES, kind='instance').files == ['a.png', 'b.png']


def test_ends_of_the_training_come_first(tmp_path):
    write(tmp_path, ['a_color.png', 'a_labelIds.png', 'b_COLOR.png', 'c.png'])
    found = find_maps(tmp_path, SUFFIXES, known=['_color.png'])
    assert found.files == ['a_color.png', 'b_COLOR.png']
    assert found.left_out == '2 that do not end as in training'
    for known in (['.png'], ['_ids.png']):
        assert 'a_labelIds.png' in find_maps(tmp_path, SUFFIXES, known=known).files


def test_what_holds_no_label_map(tmp_path):
    with pytest.raises(MissingFileError, match=r'no label map \(\.png, \.npy\) in the folder'):
        find_maps(write(tmp_path / 'none', ['a.jpg']), SUFFIXES)
    with pytest.raises(MissingFileError, match=r'none is \*_instanceIds, numbers of objects \(2\)'):
        find_maps(write(tmp_path / 'ids', ['a_instanceIds.png', 'b_instanceIds.png']), SUFFIXES)
    folder = write(tmp_path / 'instances', ['a.png'])
    with pytest.raises(MissingFileError, match='holds numbers of objects by its name'):
        find_maps(folder, SUFFIXES)
    assert find_maps(folder, SUFFIXES, kind='instance').files == ['a.png']


@pytest.mark.parametrize(
    ('stem', 'end'),
    [
        ('ulm_0_gtFine_labelTrainIds', '_gtFine_labelTrainIds'),
        ('p0_label_ground-truth_semantic_colored', '_label_ground-truth_semantic_colored'),
        ('ADE_1_parts_1', '_parts_1'),
        ('city/a_watershed_mask', '_watershed_mask'),
        ('0001TP_L', ''),
        ('street_12', ''),
        ('mask_12', ''),
        ('labels', ''),
    ],
)
def test_ends_without_photos(stem, end):
    assert split_end(stem) == (stem.removesuffix(end), end)
