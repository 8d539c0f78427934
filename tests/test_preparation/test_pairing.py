"""How folders and names are understood."""

import pytest

from projects.ecgan.errors import ConfigError, DataError, MissingFileError
from projects.ecgan.preparation.folders import find_branches
from projects.ecgan.preparation.pairing import pair_files

SAME = dict(photo='', label='')
# Files, folders given; ends of photos and label maps, names, and splits of the pairs.
TREES = {
    'images and labels': (
        ['images/a.jpg', 'images/b/c.JPEG', 'labels/a.png', 'labels/b/c.tif', 'labels/notes.txt'],
        ['.'],
        SAME,
        ['a', 'b/c'],
    ),
    'side by side': (['a.jpg', 'a.png', 'b.jpg', 'b.png'], ['.'], SAME, ['a', 'b']),
    'side by side, arrays': (['a.png', 'a.npy', 'b.png', 'b.npy'], ['.'], SAME, ['a', 'b']),
    'side by side, CamVid': (
        ['0001TP.png', '0001TP_L.png', '0002TP.png', '0002TP_L.png'],
        ['.'],
        dict(photo='', label='_L'),
        ['0001TP', '0002TP'],
    ),
    'two folders, an end of its own': (
        [
            'p/1.jpg',
            'p/10.jpg',
            'p/2.jpg',
            'm/1-classes.png',
            'm/10-classes.png',
            'm/2-classes.png',
        ],
        ['p', 'm'],
        dict(photo='', label='-classes'),
        ['1', '10', '2'],
    ),
    'masks': (
        ['imgs/a.jpg', 'imgs/b.jpg', 'masks/a_mask.png', 'masks/b_mask.png'],
        ['.'],
        dict(photo='', label='_mask'),
        ['a', 'b'],
    ),
    'Cityscapes': (
        [
            f'{folder}/{split}/ulm/ulm_{i}_{end}'
            for split in ('train', 'val')
            for i in range(2)
            for folder, end in (
                ('leftImg8bit', 'leftImg8bit.png'),
                ('gtFine', 'gtFine_color.png'),
                ('gtFine', 'gtFine_instanceIds.png'),
                ('gtFine', 'gtFine_labelIds.png'),
                ('gtFine', 'gtFine_polygons.json'),
            )
        ],
        ['.'],
        dict(photo='_leftImg8bit', label='_gtFine_labelIds', instance='_gtFine_instanceIds'),
        ['train/ulm/ulm_0', 'train/ulm/ulm_1', 'val/ulm/ulm_0', 'val/ulm/ulm_1'],
    ),
    'splits joined': (
        [
            f'{split}_{kind}'
            for split in ('train', 'val')
            for kind in ('img/1.jpg', 'label/1.png', 'inst/1.png')
        ],
        ['.'],
        dict(photo='', label='', instance=''),
        ['train/1', 'val/1'],
    ),
    'splits above': (
        [
            f'{split}/{kind}'
            for split in ('train', 'test')
            for kind in ('images/1.jpg', 'labels/1.png')
        ],
        ['.'],
        SAME,
        ['train/1', 'test/1'],
    ),
    "SegNet's CamVid": (
        [f'{split}{kind}/1.png' for split in ('train', 'val', 'test') for kind in ('', 'annot')],
        ['.'],
        SAME,
        ['train/1', 'val/1', 'test/1'],
    ),
    'mmsegmentation': (
        [f'{kind}/train/1.{end}' for kind, end in (('img_dir', 'jpg'), ('ann_dir', 'png'))],
        ['.'],
        SAME,
        ['train/1'],
    ),
    'edges': (
        ['images/a.jpg', 'labels/a.png', 'edges/a.png'],
        ['.'],
        dict(photo='', label='', edge=''),
        ['a'],
    ),
}


@pytest.mark.parametrize('tree', TREES)
def test_the_rule_is_found(tmp_path, tree):
    files, folders, ends, names = TREES[tree]
    for file in files:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    pairing = pair_files(find_branches([tmp_path / folder for folder in folders]))
    assert pairing.ends == ends and pairing.findings == []
    assert sorted(pair.title for pair in pairing.pairs) == sorted(names)
    for pair in pairing.pairs:
        assert set(pair.files) == set(ends) and len(set(pair.files.values())) == len(ends)
        assert all(file.is_file() for file in pair.files.values())
        split = pair.title.split('/')[0]
        assert pair.split == (split if split in ('train', 'val', 'test') else '')


def test_what_does_not_pair_side_by_side(tmp_path):
    for file in ('a.jpg', 'a.png', 'b.jpg', 'c.png', 'd.jpg', 'd.png', 'd.JPG', '.hidden.jpg'):
        (tmp_path / file).touch()
    pairing = pair_files(find_branches([tmp_path]))
    assert [pair.name for pair in pairing.pairs] == ['a']
    assert [(f.kind, f.name) for f in pairing.findings] == [
        ('photo alone', 'b'),
        ('map alone', 'c'),
        ('two photos', 'd'),
    ]


def test_names_that_the_rule_does_not_fit(tmp_path):
    for file in (
        'images/a.jpg',
        'images/b.jpg',
        'labels/a_L.png',
        'labels/b_L.png',
        'labels/x.png',
    ):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    pairing = pair_files(find_branches([tmp_path]))
    assert [f.sentence for f in pairing.findings] == ["x: x.png does not end with '_L'"]
    assert pairing.rule == "files of the same name, then '_L' (label)"


def test_folders_that_do_not_do(tmp_path):
    with pytest.raises(MissingFileError, match='no folder at'):
        find_branches([tmp_path / 'none'])
    with pytest.raises(ConfigError, match='got 3'):
        find_branches([tmp_path] * 3)
    (tmp_path / 'a.jpg').touch()
    with pytest.raises(DataError, match=r'the first photo is a\.jpg'):
        pair_files(find_branches([tmp_path]))
