"""How folders and names are understood."""

import pytest
from PIL import Image

from projects.ecgan.errors import ConfigError, DataError, MissingFileError
from projects.ecgan.preparation.pairing.folders import (
    NoLabelMapsError,
    find_branches,
    holds_annotations_only,
)
from projects.ecgan.preparation.pairing.pair_files import pair_files

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
    with pytest.raises(DataError, match=r'no photo has a label map.* the first photo is a\.jpg'):
        find_branches([tmp_path])


def test_names_that_do_not_fit(tmp_path):
    write(tmp_path, 'images/a.jpg', 'labels/b.png')
    with pytest.raises(DataError, match=r'the first photo is a\.jpg, the first map b\.png'):
        pair_files(find_branches([tmp_path]))


def write(root, *files):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()


def test_another_folder_of_label_maps_is_chosen(tmp_path):
    write(tmp_path, *(f'{k}/{n}' for n in 'ab' for k in ('images', 'labels', 'masks', 'inst')))
    for path in list(tmp_path.glob('*/*')):
        path.rename(path.with_suffix('.jpg' if path.parent.name == 'images' else '.png'))
    branches = find_branches([tmp_path], labels='masks')
    assert branches[0].folders['label'] == tmp_path / 'masks'
    assert branches[0].folders['instance'] == tmp_path / 'inst'
    assert find_branches([tmp_path])[0].folders['label'] == tmp_path / 'labels'
    with pytest.raises(ConfigError, match=r'--labels other: .*labels/ \(2 pictures\), masks/'):
        find_branches([tmp_path], labels='other')
    with pytest.raises(ConfigError, match='--labels inst: no folder of label maps'):
        find_branches([tmp_path], labels='inst')


def test_another_end_is_chosen(tmp_path):
    ends = ('_labelIds.png', '_color.png', '_instanceIds.png')
    write(tmp_path, *(f'{n}{e}' for n in ('images/a', 'images/b') for e in ('.jpg',)))
    write(tmp_path, *(f'labels/{n}{e}' for n in 'ab' for e in ends))
    branches = find_branches([tmp_path])
    assert pair_files(branches).ends['label'] == '_labelIds'
    for end in ('_color', '_color.png'):
        pairing = pair_files(branches, end=end)
        assert pairing.ends['label'] == '_color' and len(pairing.pairs) == 2
        assert "'_labelIds' fits 2 too: --end _labelIds" in pairing.notes[0]
    for end in ('_ids', '_instanceIds'):
        with pytest.raises(
            ConfigError, match=r"--end .*there are '_labelIds' \(2 pairs\), '_color'"
        ):
            pair_files(branches, end=end)


def test_an_end_that_says_more_is_taken_where_a_few_files_miss(tmp_path):
    write(tmp_path, *(f'images/{n}.jpg' for n in range(12)))
    write(tmp_path, *(f'labels/{n}_color.png' for n in range(12)))
    write(tmp_path, *(f'labels/{n}_labelIds.png' for n in range(11)))
    pairing = pair_files(find_branches([tmp_path]))
    assert pairing.ends['label'] == '_labelIds' and len(pairing.pairs) == 11
    assert [(f.kind, f.name) for f in pairing.findings] == [('photo alone', '11')]


def test_a_folder_with_few_pairs_does_not_win(tmp_path):
    write(tmp_path, *(f'images/{n}.jpg' for n in range(12)), 'labels/0.png')
    write(tmp_path, *(f'annotations/{n}.png' for n in range(12)))
    pairing = pair_files(find_branches([tmp_path]))
    assert pairing.pairs[0].files['label'].parent.name == 'annotations' and len(pairing.pairs) == 12


def test_two_exports_and_two_folders_by_name(tmp_path):
    write(tmp_path, *(f'photos/{n}.jpg' for n in 'ab'))
    write(tmp_path, *(f'out/Segmentation{k}/{n}.png' for n in 'ab' for k in ('Class', 'Object')))
    pairing = pair_files(find_branches([tmp_path / 'photos', tmp_path / 'out']))
    assert pairing.pairs[0].files['label'] == tmp_path / 'out/SegmentationClass/a.png'
    with pytest.raises(DataError, match='holds numbers of objects by its name'):
        find_branches([tmp_path / 'photos', tmp_path / 'out/SegmentationObject'])
    write(tmp_path, 'ann/a.json', 'ann/b.json', 'empty/.hidden')
    assert holds_annotations_only(tmp_path / 'ann') and not holds_annotations_only(tmp_path / 'out')
    assert not holds_annotations_only(tmp_path / 'empty')
    with pytest.raises(NoLabelMapsError, match=r'ann, which holds 2 \.json in it'):
        find_branches([tmp_path / 'photos', tmp_path / 'ann'])


def test_links_are_followed_and_circles_end(tmp_path):
    write(tmp_path, 'store/a.jpg', 'store/deep/b.jpg', 'maps/a.png', 'maps/deep/b.png')
    root = tmp_path / 'set'
    root.mkdir()
    (root / 'images').symlink_to(tmp_path / 'store')
    (root / 'labels').symlink_to(tmp_path / 'maps')
    (tmp_path / 'maps' / 'again').symlink_to(root)
    (root / 'loop').symlink_to(root / 'loop')
    pairing = pair_files(find_branches([root]))
    assert [pair.name for pair in pairing.pairs] == ['a', 'deep/b'] and pairing.findings == []
    with pytest.raises(MissingFileError, match='no folder at'):
        find_branches([root / 'loop'])


def test_instances_in_colours_are_said_in_one_note(tmp_path):
    write(tmp_path, *(f'JPEGImages/{n}.jpg' for n in 'abc'))
    write(tmp_path, *(f'SegmentationClass/{n}.png' for n in 'abc'))
    for mode, words in (('RGB', ['hold colours: each colour of a map is one object']), ('P', [])):
        for name in 'abc':
            path = tmp_path / f'SegmentationObject/{name}.png'
            path.parent.mkdir(exist_ok=True)
            Image.new(mode, (4, 4)).save(path)
        pairing = pair_files(find_branches([tmp_path]))
        assert set(pairing.pairs[0].files) == {'photo', 'label', 'instance'}
        assert pairing.findings == [] and len(pairing.notes) == len(words)
        assert all(word in note for word, note in zip(words, pairing.notes))


def test_lists_of_names_make_splits(tmp_path):
    write(tmp_path, *(f'JPEGImages/{n}.jpg' for n in 'abcd'))
    write(tmp_path, *(f'SegmentationClass/{n}.png' for n in 'abcd'))
    lists = tmp_path / 'ImageSets/Segmentation'
    lists.mkdir(parents=True)
    (lists / 'train.txt').write_text('a\nb\n')
    (lists / 'val.txt').write_text('c\n')
    (lists / 'trainval.txt').write_text('a\nb\nc\n')
    write(tmp_path, 'ImageSets/Main/train.txt')
    pairing = pair_files(find_branches([tmp_path]))
    assert [pair.split for pair in pairing.pairs] == ['train', 'train', 'val', '']
    assert pairing.notes == ['splits: by train.txt, val.txt; 1 pairs are in none']
    (lists / 'train.txt').write_text('x1\nx2\nx3\na\n')
    pairing = pair_files(find_branches([tmp_path]))
    assert "train.txt: 3 of its 4 lines name no pair, such as 'x1'" in pairing.notes
    (lists / 'val.txt').unlink()
    pairing = pair_files(find_branches([tmp_path]))
    assert {pair.split for pair in pairing.pairs} == {''}
    assert 'train.txt is not used' in pairing.notes[-1]


@pytest.mark.parametrize(
    'line',
    [
        'a', 'a.jpg', 'images/a.jpg', './images/a.jpg', '/set/images/a.jpg /set/labels/a.png',
        'SegNet/set/images/a.jpg SegNet/set/labels/a.png', 'images\\a.jpg', 'a.jpg,labels/a.png',
    ],
)  # fmt: skip
def test_lines_of_lists(tmp_path, line):
    write(tmp_path, *(f'images/{n}.jpg' for n in 'ab'), *(f'labels/{n}.png' for n in 'ab'))
    (tmp_path / 'train.txt').write_text(f'{line}\n')
    (tmp_path / 'test.txt').write_text(f'{line}\n'.replace('a.', 'b.').replace('a\n', 'b\n'))
    pairing = pair_files(find_branches([tmp_path]))
    assert [pair.split for pair in pairing.pairs] == ['train', 'test']


def test_folders_of_splits_come_before_lists(tmp_path):
    write(tmp_path, *(f'{s}{k}/{s}.png' for s in ('train', 'val') for k in ('', 'annot')))
    for split in ('train', 'val'):
        (tmp_path / f'{split}.txt').write_text('SegNet/CamVid/val/val.png x.png\n')
    pairing = pair_files(find_branches([tmp_path]))
    assert [pair.split for pair in pairing.pairs] == ['train', 'val'] and pairing.notes == []


def test_label_maps_within_the_folder_of_photos(tmp_path):
    write(tmp_path, 'a.png', 'b.png', 'masks/a.png', 'masks/b.png')
    for given in ([tmp_path], [tmp_path, tmp_path / 'masks']):
        pairing = pair_files(find_branches(given))
        assert [pair.name for pair in pairing.pairs] == ['a', 'b'] and pairing.findings == []


def test_many_photos_without_a_label_map_are_one_note(tmp_path):
    write(tmp_path, *(f'JPEGImages/{n:03d}.jpg' for n in range(60)), 'SegmentationClass/003.png')
    pairing = pair_files(find_branches([tmp_path]))
    assert len(pairing.pairs) == 1 and pairing.findings == []
    assert '59 of 60 photos' in pairing.notes[0] and 'such as 000' in pairing.notes[0]
