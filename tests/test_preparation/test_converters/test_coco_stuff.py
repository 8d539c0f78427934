"""COCO's archives, in small, to the tree of the COCO-Stuff recipes."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from tool_modules import load_tool, said_by

from projects.ecgan.datasets import LayoutImageDataset, boundary_map
from projects.ecgan.errors import DataError
from projects.ecgan.preparation.converters import draw_instances

PERSON, CAR, GRASS = 1, 3, 124  # category ids
NAMES = ('000000000009', '000000000025')


def square(left: int, top: int, side: int) -> list[float]:
    right, bottom = left + side - 1, top + side - 1
    return [left, top, right, top, right, bottom, left, bottom]


def thing(category: int, *polygons: list, **more) -> dict:
    area = sum((p[2] - p[0]) * (p[5] - p[1]) for p in polygons)
    return dict(category_id=category, area=area, segmentation=list(polygons), **more)


@pytest.fixture
def labels() -> np.ndarray:
    """Grass, a block of person, a block of car, a corner that nobody labelled."""
    values = np.full((12, 16), GRASS - 1, np.uint8)
    values[2:8, 2:10] = PERSON - 1
    values[2:8, 12:15] = CAR - 1
    values[10:, 14:] = 255
    return values


def test_people_who_touch_are_told_apart(labels):
    # Two people side by side in one block of the pixel map, the right one the larger.
    people = [thing(PERSON, square(2, 2, 3)), thing(PERSON, square(5, 2, 5))]
    numbers = draw_instances(labels, people)
    assert numbers.dtype == np.uint16
    assert (numbers[2:5, 2:5] == 257).all() and (numbers[2:7, 5:10] == 256).all()
    # What no object covers keeps the id of the pixel map.
    untouched = numbers < 256
    assert np.array_equal(numbers[untouched], labels[untouched])
    assert numbers[7, 2] == PERSON - 1 and numbers[11, 15] == 255
    assert boundary_map(numbers)[3, 4:6].all() and not boundary_map(labels)[3, 4:6].any()


def test_the_pixel_map_is_right_and_small_objects_lie_on_large_ones(labels):
    # A car that covers all is drawn where the map has a car; the person in front of another stays.
    all_over, large, small = (
        thing(CAR, square(0, 0, 12), [12, 0, 15, 0, 15, 11, 12, 11]),
        thing(PERSON, square(2, 2, 6)),
        thing(PERSON, square(3, 3, 2)),
    )
    numbers = draw_instances(labels, [small, large, all_over])
    assert np.array_equal(numbers == 256, labels == CAR - 1)
    assert (numbers[3:5, 3:5] == 258).all() and (numbers[2:8, 2:8] == 258).sum() == 4
    assert numbers[2, 2] == numbers[7, 7] == 257


def test_two_polygons_of_an_object_may_overlap(labels):
    numbers = draw_instances(labels, [thing(PERSON, square(2, 2, 4), square(4, 2, 4))])
    assert (numbers[2:6, 2:8] == 256).all()


def test_a_crowd_comes_as_run_lengths(labels):
    covered = np.zeros(labels.shape, np.uint8)
    covered[4:7, 3:6] = 1
    flat = covered.T.ravel()  # column by column
    ends = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff([0, *ends, flat.size]).tolist()
    crowd = dict(category_id=PERSON, area=9, segmentation=dict(counts=counts, size=[12, 16]))
    assert np.array_equal(draw_instances(labels, [crowd]) == 256, covered == 1)
    for wrong in (dict(counts=counts, size=[16, 12]), dict(counts='abc', size=[12, 16])):
        with pytest.raises(DataError, match=r'run lengths of .* do not fit a map of \(12, 16\)'):
            draw_instances(labels, [dict(crowd, segmentation=wrong)])


@pytest.fixture
def archives(tmp_path, labels) -> Path:
    root = tmp_path / 'coco'
    for split in ('train', 'val'):
        for number, name in enumerate(NAMES):
            for path, values in (
                (f'{split}2017/{name}.jpg', np.full((12, 16, 3), 90 + number, np.uint8)),
                (f'stuffthingmaps/{split}2017/{name}.png', labels),
            ):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                assert cv2.imwrite(str(root / path), values)
        content = dict(
            images=[dict(id=int(name), file_name=f'{name}.jpg') for name in NAMES],
            # The second photo has no object.
            annotations=[thing(PERSON, square(2, 2, 3), image_id=int(NAMES[0]), iscrowd=0)],
        )
        (root / 'annotations').mkdir(exist_ok=True)
        (root / f'annotations/instances_{split}2017.json').write_text(json.dumps(content))
    return root


@pytest.fixture(scope='module')
def tool():
    return load_tool('dataset_converters/coco_stuff.py')


def read(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize('copy', [False, True])
def test_the_tree_is_what_the_recipes_read(
    tool, archives, labels, tmp_path, repo_root, monkeypatch, capsys, copy
):
    target = tmp_path / 'data/coco_stuff'
    argv = [str(archives), str(target), '--jobs', '1', *['--copy'] * copy]
    assert tool.main(argv) == 0
    assert f'{target}/train_inst: 2 maps written, 0 were there' in capsys.readouterr().out
    assert (target / 'val_img').is_symlink() != copy
    found = read(target / f'train_inst/{NAMES[0]}.png')
    assert found.dtype == np.uint16 and (found == 256).sum() == 9
    assert np.array_equal(read(target / f'train_inst/{NAMES[1]}.png'), labels)

    monkeypatch.setenv('ECGAN_DATA_DIR', str(tmp_path / 'data'))
    cfg = Config.fromfile(repo_root / 'configs/_base_/datasets/coco_stuff_256x256.py')
    settings = dict(cfg.train_dataloader.dataset, pipeline=[])
    settings.pop('type')
    dataset = LayoutImageDataset(**settings)
    assert [info['sample_name'] for info in map(dataset.get_data_info, range(2))] == [*NAMES]


def test_a_run_that_was_stopped_goes_on(tool, archives, tmp_path, capsys):
    target = tmp_path / 'out'
    argv = [str(archives), str(target), '--jobs', '1', '--splits', 'val']
    assert tool.main(argv) == 0
    (target / f'val_inst/{NAMES[0]}.png').unlink()
    kept = target / f'val_inst/{NAMES[1]}.png'
    kept.write_bytes(b'was there')
    said = said_by(tool, argv, capsys)
    assert f'{target}/val_inst: 1 maps written, 1 were there' in said
    assert kept.read_bytes() == b'was there' and not (target / 'train_inst').exists()
    # Nothing is left to do: the objects are not even read.
    (archives / 'annotations/instances_val2017.json').unlink()
    assert tool.main(argv) == 0


@pytest.mark.parametrize(
    ('spoil', 'sentence'),
    [
        (lambda root: (root / f'val2017/{NAMES[1]}.jpg').unlink(),
         f'1 maps of .*val2017 have no photo: {NAMES[1]}; is an archive unpacked in part'),
        (lambda root: (root / f'stuffthingmaps/val2017/{NAMES[1]}.png').unlink(),
         f'1 photos of .*val2017 have no map: {NAMES[1]};'),
        (lambda root: [p.unlink() for p in (root / 'val2017').iterdir()],
         r'no \.jpg file in .*val2017: unpack val2017\.zip there'),
        (lambda root: (root / 'annotations/instances_val2017.json').unlink(),
         r'instances_val2017\.json: unpack annotations_trainval2017\.zip there'),
        (lambda root: (root / 'annotations/instances_val2017.json').write_text('{"images": [1'),
         r'instances_val2017\.json is not a whole instances file of COCO \(JSONDecodeError'),
        (lambda root: (root / 'annotations/instances_val2017.json').write_text('{}'),
         r"not a whole instances file of COCO \(KeyError: 'images'\)"),
        (lambda root: (root / f'stuffthingmaps/val2017/{NAMES[0]}.png').write_bytes(b'no'),
         rf'cannot read .*{NAMES[0]}\.png as a picture'),
        (lambda root: cv2.imwrite(str(root / f'stuffthingmaps/val2017/{NAMES[0]}.png'),
                                  np.zeros((4, 4, 3), np.uint8)),
         rf'{NAMES[0]}\.png is no pixel map'),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(tool, archives, tmp_path, capsys, spoil, sentence):
    spoil(archives)
    argv = [str(archives), str(tmp_path / 'out'), '--jobs', '1', '--splits', 'val']
    assert tool.main(argv) == 2
    (line,) = [row for row in capsys.readouterr().err.splitlines() if row.startswith('error')]
    assert re.search(sentence, line), line
