"""CamVid of SegNet's release, in small, to the copy that the recipes read."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tool_modules import load_tool, said_by

from projects.ecgan.datasets import draw_scene

NAMES = ('0001TP_006690', '0006R0_f00930')


@pytest.fixture(scope='module')
def tool():
    return load_tool('dataset_converters/camvid.py')


@pytest.fixture
def release(tmp_path) -> Path:
    root = tmp_path / 'CamVid'
    for split in ('train', 'val', 'test'):
        for index, name in enumerate(NAMES):
            photo, labels, _ = draw_scene(index, len(split), (360, 480))
            for folder, values in ((split, photo), (f'{split}annot', labels + 4)):
                path = root / folder / f'{name}.png'
                path.parent.mkdir(parents=True, exist_ok=True)
                assert cv2.imwrite(str(path), values)
    return root


def test_photos_and_maps_of_the_smaller_copy(tool, release, tmp_path, capsys):
    target = tmp_path / 'camvid'
    assert tool.main([str(release), str(target), '--jobs', '2']) == 0
    assert 'train: 2 pairs written, 0 were there' in capsys.readouterr().out
    for split in ('train', 'val', 'test'):
        found = sorted(str(p.relative_to(target)) for p in target.rglob('*') if split in p.parts)
        assert found == [
            f'images/{split}', *(f'images/{split}/{name}.jpg' for name in NAMES),
            f'labels/{split}', *(f'labels/{split}/{name}.png' for name in NAMES),
        ]  # fmt: skip
    source = cv2.imread(str(release / f'trainannot/{NAMES[0]}.png'), cv2.IMREAD_UNCHANGED)
    labels = cv2.imread(str(target / f'labels/train/{NAMES[0]}.png'), cv2.IMREAD_UNCHANGED)
    assert labels.shape == (270, 360)
    # 480 / 360 = 360 / 270 = 4 / 3: of four rows and columns 0, 1 and 2 stay.
    rows, columns = ([i for i in range(n) if i % 4 != 3] for n in (360, 480))
    assert np.array_equal(labels, source[rows][:, columns])
    with Image.open(target / f'images/train/{NAMES[0]}.jpg') as photo:
        assert photo.size == (360, 270) and photo.layer[1][1:3] == (1, 1)  # colours are whole
        with Image.open(release / f'train/{NAMES[0]}.png') as original:
            wanted = original.convert('RGB').resize((360, 270), Image.Resampling.LANCZOS)
        difference = np.abs(np.asarray(photo, float) - np.asarray(wanted, float))
    assert difference.mean() < 3


def test_a_run_that_was_stopped_goes_on(tool, release, tmp_path, capsys):
    target = tmp_path / 'camvid'
    argv = [str(release), str(target), '--jobs', '1']
    assert tool.main(argv) == 0
    # As after a stop between photo and map.
    (target / f'labels/test/{NAMES[1]}.png').unlink()
    kept = target / f'labels/test/{NAMES[0]}.png'
    kept.write_bytes(b'was there')
    said = said_by(tool, argv, capsys)
    assert 'train: 0 pairs written, 2 were there' in said
    assert 'test: 1 pairs written, 1 were there' in said
    assert kept.read_bytes() == b'was there'
    assert (target / f'labels/test/{NAMES[1]}.png').is_file()


@pytest.mark.parametrize(
    ('path', 'content', 'sentence'),
    [
        (f'valannot/{NAMES[0]}.png', None, f'1 photos of .*val have no map: {NAMES[0]};'),
        (f'valannot/{NAMES[0]}.png', np.full((360, 480), 12), 'ids run from 0 to 11, it has 12'),
        (f'valannot/{NAMES[0]}.png', np.zeros((360, 480, 3)), 'no label map .* it has colours'),
        (f'valannot/{NAMES[0]}.png', np.zeros((90, 120)), r'its map of \(120, 90\)'),
        (f'val/{NAMES[0]}.png', b'no picture', rf'cannot read .*{NAMES[0]}\.png as a picture'),
    ],
)
def test_mistakes_are_one_sentence(tool, release, tmp_path, capsys, path, content, sentence):
    if content is None:
        (release / path).unlink()
    elif isinstance(content, bytes):
        (release / path).write_bytes(content)
    else:
        assert cv2.imwrite(str(release / path), content.astype(np.uint8))
    assert tool.main([str(release), str(tmp_path / 'out'), '--jobs', '1']) == 2
    (line,) = [row for row in capsys.readouterr().err.splitlines() if row.startswith('error')]
    assert re.search(sentence, line), line
    assert not (tmp_path / f'out/labels/val/{NAMES[0]}.png').exists()


def test_a_missing_folder(tool, tmp_path, capsys):
    assert tool.main([str(tmp_path), str(tmp_path / 'out'), '--jobs', '1']) == 2
    assert "train: unpack the CamVid folder of SegNet's release there" in capsys.readouterr().err
