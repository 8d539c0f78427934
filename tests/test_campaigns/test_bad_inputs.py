"""Bad inputs of every kind, each answered by one sentence; the sentences are a page of the docs."""

import contextlib
import io
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
import torch
from bad_input_cases import GROUPS, Case, Place
from bad_inputs import SMOKE
from campaign_results import WRITE
from ecgan_toys import write_checkpoint
from fresh_process import REPO_ROOT
from mmengine.registry import DefaultScope
from tool_modules import load_tool

from projects.ecgan import ECGANInferencer
from projects.ecgan.errors import UserError

pytestmark = pytest.mark.campaign
PAGE = REPO_ROOT / 'docs' / 'robustness.md'
LEAST = 40


@pytest.fixture(scope='module')
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    scopes = dict(DefaultScope._instance_dict)
    folder = tmp_path_factory.mktemp('bad')
    checkpoint = write_checkpoint(REPO_ROOT, folder)
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        argv = [str(REPO_ROOT / SMOKE), '--work-dir', str(folder / 'training')]
        assert load_tool('train.py').main(argv) == 0
    inferencer = ECGANInferencer(checkpoint, device='cpu')
    yield Place(folder, checkpoint, folder / 'training', inferencer)
    DefaultScope._instance_dict.clear()
    DefaultScope._instance_dict.update(scopes)


def met(case: Case, place: Place) -> str:
    """The sentence, with the folders of this run left out."""
    try:
        said = case.meet(place)
        assert isinstance(said, str), 'nothing was said'
    except UserError as error:
        said = error.sentence
    names = {place.folder: 'FOLDER', place.training.parent: 'MODEL', REPO_ROOT: '.'}
    for path, name in names.items():
        said = said.replace(str(path), name)
    said = re.sub(r'/\S*/site-packages', 'SITE-PACKAGES', said)
    return re.sub(r'process \d+ on [\w.-]+', 'process 4711 on HOST', said)


def test_every_bad_input_has_its_sentence(
    shared: Place, tmp_path: Path, monkeypatch, record_property
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('RANK', raising=False)
    only = os.environ.get('ECGAN_BAD_INPUTS', '')
    lines = ['', '| input | what | what is said |', '|---|---|---|']
    wrong, count = [], 0
    for group, cases in GROUPS.items():
        for case in cases:
            if only not in case.title:
                continue
            count += 1
            (folder := tmp_path / str(count)).mkdir()
            place = Place(folder, shared.checkpoint, shared.training, shared.inferencer)
            try:
                said = met(case, place)
                assert said and '\n' not in said
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                wrong.append(f'{group}, {case.title}: {traceback.format_exc()[-500:]}')
                continue
            cells = [group, case.title, f'`{said.replace("`", chr(39))}`']
            lines.append(f'| {" | ".join(cell.replace("|", chr(92) + "|") for cell in cells)} |')
    record_property('found', f'{count} bad inputs, each answered by one sentence')
    assert not wrong, '\n\n'.join(wrong)
    assert count >= LEAST or only
    before, mark, _ = PAGE.read_text(encoding='utf-8').partition('<!-- the table -->')
    assert mark
    page = f'{before}{mark}\n{made_by()}\n' + '\n'.join(lines) + '\n'
    if os.environ.get(WRITE):
        PAGE.write_text(page, encoding='utf-8')
    elif not only:
        assert comparable(PAGE.read_text(encoding='utf-8')) == comparable(page)


def made_by() -> str:
    """What parts of the sentences come from: Python, PyTorch, OpenCV."""
    python = '.'.join(map(str, sys.version_info[:2]))
    return f'Python {python}, PyTorch {torch.__version__.split("+")[0]}, OpenCV {cv2.__version__}.'


def comparable(page: str) -> str:
    """The page, or what is independent of the packages where it was made by others: the cases."""
    if made_by() in PAGE.read_text(encoding='utf-8'):
        return page
    rows = [line.split(' | ')[:2] for line in page.splitlines() if line.startswith('| ')]
    return '\n'.join(map(str, rows))
