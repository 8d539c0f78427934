"""The field's tools write maps, and what the project reads is compared with what was drawn."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from campaign_results import report_rows
from drawn_maps import COUNT, HEIGHT, SETS, WIDTH
from environments import KEPT, environment, run_module
from field_makers.all_ways import WAYS
from field_makers.ways import LOST, UNSEEN
from field_tables import PAGE, counts, form_rows
from form_judge import FAILED, RIGHT, WRONG, compare, judge
from PIL import Image
from recipe_reader import read_by_recipe

pytestmark = pytest.mark.campaign
TOOLS = sorted({way.tool for way in WAYS})
LEAST, LEAST_RIGHT = 200, 0.9
# Begin of the ways that write what takes an extra of the project to read.
MEDICAL = ('nii', 'nrrd', 'mha', 'mhd')


def write_photos(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    for index in range(COUNT):
        blocks = rng.integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
        Image.fromarray(blocks).resize((WIDTH, HEIGHT)).save(folder / f'p{index:02}.jpg')


@pytest.fixture(scope='module')
def forms(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    """Every form that the tools of this machine write, with its two verdicts."""
    place = Path(KEPT) if KEPT else tmp_path_factory.mktemp('field')
    out = tmp_path_factory.mktemp('forms')
    run_module(environment('tools', place), 'field_makers', out)
    rows = json.loads((out / 'manifest.json').read_text())
    write_photos(out / 'photos')
    lists = {name: out / f'classes{number}.txt' for number, name in enumerate(SETS)}
    for name, path in lists.items():
        path.write_text(SETS[name].listing())
    for row in rows:
        row |= dict(place=out, list=lists[row['set']])
        if row['how'].startswith(MEDICAL) and not find_spec('SimpleITK'):
            row['failure'] = 'the extra of medical formats is not installed'
        if not row['failure']:
            truth = SETS[row['set']].without(row['hides'])
            given = out / 'photos', out / row['folder'], truth
            verdicts = [judge(*given, None), judge(*given, row['list'])]
            row['verdicts'] = [v.unseen() if row['lost'] == UNSEEN else v for v in verdicts]
    return rows


def made(rows: list[dict]) -> list[dict]:
    return [row for row in rows if 'verdicts' in row]


def wrong(rows: list[dict]) -> Iterator[str]:
    for row in made(rows):
        for verdict, how in zip(row['verdicts'], ('', ', with a list')):
            if verdict.outcome in (WRONG, FAILED):
                yield f'{row["tool"]}, {row["how"]}, {row["set"]}{how}: {verdict.said}'


@pytest.mark.parametrize('tool', TOOLS)
def test_no_form_is_wrong_without_a_word(forms: list[dict], tool: str) -> None:
    rows = [row for row in forms if row['tool'] == tool]
    if not made(rows):
        pytest.skip(f'{tool}: {rows[0]["failure"]}')
    failed = {row['how']: row['failure'] for row in rows if row['failure']}
    assert {how: why for how, why in failed.items() if 'not installed' not in why} == {}
    assert list(wrong(rows)) == []


def test_most_forms_are_read(forms: list[dict], record_property) -> None:
    rows = made(forms)
    assert len(rows) >= LEAST
    there, lost = [], []
    for row in rows:
        without, with_list = row['verdicts']
        (lost if row['lost'] in (LOST, UNSEEN) else there).append(without)
        (lost if row['lost'] else there).append(with_list)
    text = [
        f'{len(rows)} forms, each without and with a list of classes. Where the ids are in the '
        f'files: {counts(there)}. Where the tool has lost them: {counts(lost)}.',
        *form_rows(rows),
    ]
    is_whole = len(rows) == len(forms)
    report_rows(record_property, 'forms', text, PAGE, is_whole)
    right = sum(verdict.outcome == RIGHT for verdict in there)
    # Without some tools the share is another one.
    assert right >= LEAST_RIGHT * len(there) or not is_whole


def test_recipes_read_the_same(forms: list[dict], tmp_path: Path) -> None:
    """One form of each reading: what the training reads is what was judged."""
    by_reading = {
        (verdict.reading, row['group'], is_listed): row
        for row in made(forms)
        for verdict, is_listed in zip(row['verdicts'], (False, True))
        if verdict.outcome == RIGHT
    }
    wrong = {}
    for number, ((reading, _, is_listed), row) in enumerate(by_reading.items()):
        folders = [row['place'] / 'photos', row['place'] / row['folder']]
        classes = row['list'] if is_listed else None
        read, names = read_by_recipe(folders, classes, tmp_path / f'my{number}.py')
        ids = {int(name[-2:]): value for name, value in read.items()}
        truth = SETS[row['set']].without(row['hides'])
        said = compare(ids, truth, names) or ('' if len(ids) == COUNT else f'{len(ids)} maps')
        if said:
            wrong[reading, row['how'], row['set']] = said
    assert wrong == {}
    assert len(by_reading) > 10


def test_the_judge_sees_what_is_wrong() -> None:
    truth = SETS['ids 0, 1, 2, 255']
    read = dict(enumerate(truth.maps))
    names = list(truth.names.values())
    assert compare(read, truth, names) == ''
    assert compare(read, truth, ['id 0', 'id 1', 'id 2']) == ''
    assert compare(read, truth, ['colour #0', 'colour #1', 'colour #2']) == ''
    assert "'road' is sky" in compare(read, truth, ['road', 'sky', 'car'])
    assert "'id 1' is sky" in compare(read, truth, ['id 1', 'id 0', 'id 2'])
    three = {index: np.where(ids == 255, 3, ids) for index, ids in read.items()}
    assert "'id 3' is unknown" in compare(three, truth, ['id 0', 'id 1', 'id 2', 'id 3'])
    first = {index: np.where(ids == 1, 0, ids) for index, ids in read.items()}
    assert 'sky and road' in compare(first, truth, names)
    split = {index: ids + (ids == 1) * (index % 2 * 6) for index, ids in read.items()}
    found = ['value 0', 'value 1', 'value 2', *['none'] * 4, 'value 7']
    assert 'road is several classes' in compare(split, truth, found)
