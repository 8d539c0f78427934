"""Small files that the field's tools wrote (``python -m field_makers.kept files``), read here."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from drawn_maps import SETS, UNKNOWN, DrawnSet
from form_judge import LEFT_OUT, REFUSED, RIGHT, judge
from PIL import Image

FILES = Path(__file__).resolve().parent / 'files'
MADE_BY = json.loads((FILES / 'made_by.json').read_text())
# What cannot be read is refused or left out with these words; all else is right.
REFUSALS = {
    'pillow_short_palette': 'palette',
    'tifffile_pages': '4 pages',
    'tifffile_jpegxl': 'JPEG XL',
    'halved': 'blended',
}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / 'photos'
    folder.mkdir()
    for index in range(3):
        pixels = np.random.default_rng(index).integers(0, 256, (19, 24, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f'p{index:02}.png')
    return folder


@pytest.mark.parametrize('is_listed', [False, True], ids=['no list', 'list'])
@pytest.mark.parametrize('kind', MADE_BY)
def test_file(kind: str, is_listed: bool, photos: Path, tmp_path: Path) -> None:
    truth = SETS[MADE_BY[kind]['set']].small()
    listing = tmp_path / 'classes.txt'
    listing.write_text(truth.listing())
    verdict = judge(photos, FILES / kind, truth, listing if is_listed else None)
    if kind in REFUSALS:
        assert verdict.outcome in (REFUSED, LEFT_OUT), verdict
        assert REFUSALS[kind] in verdict.said
    else:
        assert verdict.outcome == RIGHT, verdict


def test_files_handed_out(tmp_path: Path) -> None:
    """One file each of kinds that lie beside the project, where they do."""
    beside = Path(__file__).resolve().parents[3] / 'shared'
    folder = Path(os.environ.get('ECGAN_SHARED_DIR', beside)) / 'field' / 'label_files'
    if not folder.is_dir():
        pytest.skip(f'looked for in {folder}')
    right = {}
    with np.load(folder / 'truth.npz') as truth:
        for line in (folder / 'expect.txt').read_text().splitlines():
            name, expected = line.split()
            ids = truth[name].astype(np.uint16)
            names = {int(i): f'class_{i}' for i in np.unique(ids) if i != UNKNOWN}
            place = tmp_path / name
            (place / 'maps').mkdir(parents=True)
            shutil.copy(folder / name, place / 'maps' / 'p00.png')
            (place / 'photos').mkdir()
            noise = np.random.default_rng(0).integers(0, 256, (*ids.shape, 3), dtype=np.uint8)
            Image.fromarray(noise).save(place / 'photos' / 'p00.jpg')
            drawn = DrawnSet(names, [ids])
            (place / 'classes.txt').write_text(drawn.listing())
            verdict = judge(place / 'photos', place / 'maps', drawn, place / 'classes.txt')
            right[name] = verdict.outcome == expected or verdict
    assert right == dict.fromkeys(right, True)
