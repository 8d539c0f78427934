"""Masks of single classes: found by names and values, put together to label maps."""

import numpy as np
import pytest
from PIL import Image

from projects.ecgan.errors import ConfigError, DataError
from projects.ecgan.preparation.class_masks import class_of_end, draw_class_masks
from projects.ecgan.preparation.pairing.folders import find_branches
from projects.ecgan.preparation.pairing.pair_files import pair_files

TRUTH = [np.array([[0, 0, 1], [2, 2, 1]]), np.array([[1, 0, 1], [0, 2, 2]])]
CLASSES = ('car', 'road', 'sky')


def save(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(values, np.uint8)).save(path)
    return path


def write(root, mask, photo='images/p{}.jpg', classes=CLASSES, on=255):
    for index, truth in enumerate(TRUTH):
        save(root / photo.format(index), np.full((*truth.shape, 3), 90))
        for number, name in enumerate(classes):
            save(root / mask.format(index, name), (truth == number) * on)
    return root


NAMES = {
    'RectLabel': 'masks/p{}_class_{}.png',
    'end': 'masks/p{}_{}.png',
    'end with words': 'masks/p{}_mask_{}.png',
    'folder of a class': 'masks/{1}/p{0}.png',
    'folder of a class, an end': 'masks/{1}/p{0}_mask.png',
    'folder of a photo': 'masks/p{}/{}.png',
    'side by side': 'images/p{}_{}.png',
}


@pytest.mark.parametrize('on', [1, 255])
@pytest.mark.parametrize('form', NAMES)
def test_masks_are_put_together(tmp_path, form, on):
    pairing = pair_files(find_branches([write(tmp_path / 'set', NAMES[form], on=on)]))
    assert sorted(pairing.one_mask_a_class) == sorted(pair.title for pair in pairing.pairs)
    assert pairing.findings == [] and len(pairing.pairs) == 2
    drawn = draw_class_masks(pairing.one_mask_a_class, tmp_path / 'out')
    assert [(row.id, row.name) for row in drawn.classes] == list(enumerate(CLASSES))
    whole = pairing.with_label_maps(drawn.folder)
    assert not whole.one_mask_a_class
    for pair, truth in zip(whole.pairs, TRUTH):
        assert np.array_equal(Image.open(pair.files['label']), truth)
        assert pair.branch.folders['label'] == drawn.folder and pair.suffix('label') == '.png'
    assert len(drawn.notes) == 1 and 'in the order of their names' in drawn.notes[0]


def test_label_studio(tmp_path):
    root = write(tmp_path, 'masks/task-{}-annotation-7-by-1-tag-{}-0.png', 'images/task-{}.jpg')
    extra = save(root / 'masks/task-0-annotation-7-by-1-tag-car-1.png', (TRUTH[0] == 1) * 255)
    pairing = pair_files(find_branches([root]))
    assert pairing.one_mask_a_class['task-0']['car'][-1] == extra
    drawn = draw_class_masks(pairing.one_mask_a_class, tmp_path / 'out')
    # Both masks are the car's; the road, later by its name, lies above.
    assert np.array_equal(Image.open(tmp_path / 'out/task-0.png'), TRUTH[0])
    assert '16.67% of the pixels are in masks of several classes' in drawn.notes[1]


def test_splits_keep_apart(tmp_path):
    for split in ('train', 'val'):
        write(tmp_path / split, 'masks/p{}_class_{}.png')
    pairing = pair_files(find_branches([tmp_path]))
    assert sorted(pairing.one_mask_a_class) == ['train/p0', 'train/p1', 'val/p0', 'val/p1']
    drawn = draw_class_masks(pairing.one_mask_a_class, tmp_path / 'out')
    pairs = pairing.with_label_maps(drawn.folder).pairs
    assert {pair.branch.folders['label'].name for pair in pairs} == {'train', 'val'}
    assert all(pair.files['label'].is_file() for pair in pairs)


@pytest.mark.parametrize(
    ('classes', 'bare', 'rows'),
    [
        (('car', 'road'), 0, [(0, 'background'), (1, 'car'), (2, 'road')]),
        (('background', 'road'), 255, [(0, 'background'), (1, 'road')]),
    ],
)
def test_pixels_of_no_class(tmp_path, classes, bare, rows):
    pairing = pair_files(find_branches([write(tmp_path, 'masks/p{}_{}.png', classes=classes)]))
    drawn = draw_class_masks(pairing.one_mask_a_class, tmp_path / 'out')
    assert [(row.id, row.name) for row in drawn.classes] == rows
    expected = np.where(TRUTH[0] == 2, bare, TRUTH[0] + (bare == 0))
    assert np.array_equal(Image.open(tmp_path / 'out/p0.png'), expected)
    assert '33.33% of the pixels are in no mask' in drawn.notes[-1]


def test_a_class_that_some_photos_lack(tmp_path):
    root = write(tmp_path, 'masks/p{}_{}.png')
    (root / 'masks/p0_sky.png').unlink()
    save(root / 'images/p9.jpg', np.zeros((4, 4, 3)))
    pairing = pair_files(find_branches([root]))
    assert list(pairing.one_mask_a_class['p0']) == ['car', 'road']
    assert [(f.kind, f.name) for f in pairing.findings] == [('photo alone', 'p9')]


def test_transparent_masks(tmp_path):
    root = write(tmp_path, 'masks/p{}_{}.png')
    for path in (root / 'masks').iterdir():
        alpha = np.asarray(Image.open(path))
        save(path, np.dstack([np.full((*alpha.shape, 3), 90), alpha]))
    pairing = pair_files(find_branches([root]))
    draw_class_masks(pairing.one_mask_a_class, tmp_path / 'out')
    assert np.array_equal(Image.open(tmp_path / 'out/p1.png'), TRUTH[1])


def test_what_is_no_mask_of_a_class(tmp_path):
    # Two label maps for each photo, of ends that say nothing: rivals.
    root = write(tmp_path / 'rivals', 'masks/p{}_{}.png', classes=('ann', 'bob'))
    for index, truth in enumerate(TRUTH):
        for name in ('tom', 'bob'):
            save(root / f'masks/p{index}_{name}.png', truth)
        (root / f'masks/p{index}_ann.png').unlink()
    pairing = pair_files(find_branches([root]))
    assert not pairing.one_mask_a_class and "'_tom' fits 2 too" in pairing.notes[0]
    # A label map beside the masks is the label map.
    root = write(tmp_path / 'whole', 'masks/p{}_{}.png')
    for index, truth in enumerate(TRUTH):
        save(root / f'masks/p{index}_labelIds.png', truth)
    pairing = pair_files(find_branches([root]))
    assert pairing.ends['label'] == '_labelIds' and not pairing.one_mask_a_class


def test_masks_that_cannot_be_put_together(tmp_path):
    grey = save(tmp_path / 'grey.png', [[0, 100, 255]])
    small = save(tmp_path / 'small.png', [[0, 255]])
    large = save(tmp_path / 'large.png', [[0, 255, 0]])
    with pytest.raises(DataError, match=r'grey\.png has more than two values'):
        draw_class_masks({'p': {'a': [grey]}}, tmp_path)
    with pytest.raises(DataError, match=r'large\.png is 3x1, other masks of its photo 2x1'):
        draw_class_masks({'p': {'a': [small], 'b': [large]}}, tmp_path)
    (tmp_path / 'file').touch()
    with pytest.raises(ConfigError, match=r'cannot write the label map .*: Not a directory'):
        draw_class_masks({'p': {'a': [small]}}, tmp_path / 'file' / 'out')
    (tmp_path / 'empty.png').touch()
    with pytest.raises(DataError, match=r'empty\.png: it is no picture'):
        draw_class_masks({'p': {'a': [tmp_path / 'empty.png']}}, tmp_path)


@pytest.mark.parametrize(
    ('end', 'name'),
    [
        ('_class_traffic_light', 'traffic_light'),
        ('-annotation-12-by-3-tag-dry-grass-0', 'dry-grass'),
        ('_sky', 'sky'),
        ('_mask_sky', 'sky'),
        ('_sky_mask', 'sky'),
        ('_mask', ''),
    ],
)
def test_class_of_an_end(end, name):
    assert class_of_end(end)[0] == name
