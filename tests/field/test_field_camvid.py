"""Real maps through the field's tools: CamVid, as it lies beside the project."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from environments import KEPT, environment, run_module
from field_makers.of_folder import TOOLS
from PIL import Image
from recipe_reader import read_by_recipe

pytestmark = pytest.mark.campaign
EVERY = 12


@pytest.fixture(scope='module')
def camvid(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every twelfth photo of a split, its label map, and the map through each tool."""
    out, source = tmp_path_factory.mktemp('camvid'), shared_dir / 'data' / 'camvid'
    for path in sorted((source / 'labels' / 'train').glob('*.png'))[::EVERY]:
        for kind, name in (('labels', path.name), ('images', f'{path.stem}.jpg')):
            (out / kind).mkdir(exist_ok=True)
            shutil.copy(source / kind / 'train' / name, out / kind / name)
    place = Path(KEPT) if KEPT else tmp_path_factory.mktemp('field')
    run_module(environment('tools', place), 'field_makers.of_folder', out / 'labels', out)
    return out


@pytest.mark.parametrize('is_listed', [False, True], ids=['no list', 'list'])
@pytest.mark.parametrize('tool', [folder for folder, _, _ in TOOLS])
def test_maps_are_what_they_were(
    camvid: Path, shared_dir: Path, tmp_path: Path, tool: str, is_listed: bool
) -> None:
    if tool not in json.loads((camvid / 'made.json').read_text()):
        pytest.skip(f'{tool} is not installed')
    classes = shared_dir / 'data' / 'camvid' / 'classes.csv' if is_listed else None
    recipes = tmp_path / 'was.py', tmp_path / 'is.py'
    folders = [camvid / 'images', camvid / 'labels']
    before, names = read_by_recipe(folders, classes, recipes[0])
    after, names_after = read_by_recipe([camvid / 'images', camvid / tool], classes, recipes[1])
    assert after.keys() == before.keys()
    assert names_after == names
    wrong = [name for name in before if not np.array_equal(before[name], after[name])]
    assert wrong == []
    first = next(iter(before))
    stored = np.asarray(Image.open(camvid / 'labels' / f'{first}.png'))
    assert len(np.unique(before[first])) == len(np.unique(stored))
