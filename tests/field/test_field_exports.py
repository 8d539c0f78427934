"""Exports of annotation tools, as they are given: what is read is compared with what was drawn."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from campaign_results import report_rows
from environments import KEPT, environment, run_module
from export_judge import compare_export, judge_export, modes, scene_index
from field_exports.all_exports import EXPORTS, Export
from field_exports.scenes import COUNT
from field_tables import PAGE, counts, export_rows
from form_judge import FAILED, RIGHT, WRONG
from recipe_reader import read_by_recipe

pytestmark = pytest.mark.campaign
# Environment, module that runs in it, its arguments.
SCRIPTS = (
    ('datumaro', 'of_datumaro'),
    ('datumaro', 'of_scripts', 'cityscapes'),
    ('labelme', 'of_labelme'),
    ('label_studio', 'of_label_studio'),
    ('tools', 'of_scripts', 'coco', 'imgviz', 'oxipng'),
)
LEAST = 40


def judged(export: Export, version: str, folder: Path, scratch: Path) -> dict[str, Any]:
    """Each way to give an export, from a copy, as something may be written beside it."""
    verdicts = {}
    for mode in modes(export):
        copy = scratch / 'copies' / f'{folder.name}_{len(verdicts)}'
        shutil.copytree(folder, copy)
        verdict = judge_export(copy, export, mode)
        verdicts[mode] = verdict.unseen() if export.lost == 'unseen' else verdict
    shutil.rmtree(scratch / 'copies')
    return dict(tool=export.tool, version=version, lost=export.lost, verdicts=verdicts)


def wrong(row: dict[str, Any]) -> list[str]:
    return [
        f'{mode}: {v.said}' for mode, v in row['verdicts'].items() if v.outcome in (WRONG, FAILED)
    ]


def is_lost(row: dict[str, Any], mode: str) -> bool:
    """Whether the classes cannot be told from what is given."""
    return row['lost'] in ('lost', 'unseen') or (row['lost'] == 'unlisted' and 'list' in mode)


@pytest.fixture(scope='module')
def by_tools(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each script's tools export: rows with verdicts, or why there are none."""
    place = Path(KEPT) if KEPT else tmp_path_factory.mktemp('field')
    found = {}
    for name, *script in SCRIPTS:
        out = tmp_path_factory.mktemp('exports')
        try:
            run_module(environment(name, place), f'field_exports.{script[0]}', out, *script[1:])
        except AssertionError as error:
            found[tuple(script)] = str(error).strip().splitlines()[-1]
            continue
        rows = json.loads(next(out.glob('manifest-*.json')).read_text())
        assert [row for row in rows if row['failure']] == []
        found[tuple(script)] = [
            judged(Export.of_row(row), row['version'], out / row['folder'], out) for row in rows
        ]
    return found


@pytest.fixture(scope='module')
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What is written here in the form of tools."""
    out, rows = tmp_path_factory.mktemp('exports'), []
    for number, export in enumerate(EXPORTS):
        folder = out / str(number)
        folder.mkdir()
        export.write(folder)
        rows.append(judged(export, '', folder, out))
    return rows


@pytest.mark.parametrize('script', [script[1:] for script in SCRIPTS], ids=' '.join)
def test_no_export_of_a_tool_is_wrong_without_a_word(by_tools, script: tuple[str, ...]) -> None:
    rows = by_tools[script]
    if isinstance(rows, str):
        pytest.skip(f'{" ".join(script)}: {rows}')
    assert {row['tool']: said for row in rows if (said := wrong(row))} == {}


@pytest.mark.parametrize('index', range(len(EXPORTS)), ids=lambda index: EXPORTS[index].tool)
def test_no_export_is_wrong_without_a_word(by_hand, index: int) -> None:
    assert wrong(by_hand[index]) == []


def test_recipes_read_the_same(by_hand, tmp_path: Path) -> None:
    """What the training reads of every third export that is right as a whole."""
    wrong = {}
    right = [i for i, row in enumerate(by_hand) if row['verdicts']['whole'].outcome == RIGHT]
    for index in right[::3]:
        folder, export = tmp_path / f'export{index}', EXPORTS[index]
        folder.mkdir()
        export.write(folder)
        read, names = read_by_recipe([folder], None, tmp_path / f'my{index}.py')
        ids = {scene_index(Path(f'{name}.jpg')): value for name, value in read.items()}
        said = compare_export(ids, export, names, False)
        if said or len(ids) != COUNT:
            wrong[export.tool] = said or f'{len(ids)} maps'
    assert wrong == {}


def test_most_exports_are_read(by_tools, by_hand, record_property) -> None:
    missing = [script for script, rows in by_tools.items() if isinstance(rows, str)]
    rows = [row for some in by_tools.values() if not isinstance(some, str) for row in some]
    rows += by_hand
    assert len(rows) >= LEAST
    verdicts = [verdict for row in rows for verdict in row['verdicts'].values()]
    text = [
        f'{len(rows)} exports, given in {len(verdicts)} ways: {counts(verdicts)}.',
        '',
        *export_rows(rows),
    ]
    report_rows(record_property, 'exports', text, PAGE, is_whole=not missing)
    there = [v for row in rows for mode, v in row['verdicts'].items() if not is_lost(row, mode)]
    assert sum(v.outcome == RIGHT for v in there) >= 0.9 * len(there)
