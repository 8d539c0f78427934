"""The toolbox's own tests as a yardstick, on stand-ins for checkouts."""

from pathlib import Path

import pytest
from tool_modules import load_tool

# Passes with this project only: without it MMagic's models do not import beside mmcv-lite, and
# nothing has been imported that would make them.
NEEDS_THE_PROJECT = """
import sys

def test_project():
    assert 'projects.ecgan' in sys.modules

def test_always():
    pass
"""
# What MMSegmentation's own tests do: read a config beside their folder, import from tests.
NEEDS_ITS_CHECKOUT = """
from pathlib import Path

from tests.helper import NUMBER

def test_config():
    config = Path(__file__).parents[3] / 'configs' / 'fcn.py'
    assert config.read_text() == f'layers = {NUMBER}'
"""


@pytest.fixture(scope='module')
def tool():
    return load_tool('analysis_tools/run_toolbox_tests.py')


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_counts(tool):
    line = '= 16 failed, 290 passed, 2 skipped, 38 warnings, 3 errors in 80.14s (0:01:20) ='
    assert tool.count_outcomes(f'x\n{line}') == dict(passed=290, failed=16, error=3, skipped=2)
    assert tool.count_outcomes('') == dict(passed=0, failed=0, error=0, skipped=0)


@pytest.mark.slow
def test_both_toolboxes_in_one_table(tool, tmp_path, capsys):
    mmagic, mmseg = tmp_path / 'mmagic', tmp_path / 'segmentation'
    (mmagic / 'tests' / 'test_models' / 'test_editors').mkdir(parents=True)
    write(mmagic / 'tests' / 'test_engine' / 'test_a.py', NEEDS_THE_PROJECT)
    # One file that does not import does not stop the others.
    write(mmagic / 'tests' / 'test_engine' / 'test_b.py', 'import no_such_package')
    write(mmseg / 'configs' / 'fcn.py', 'layers = 3')
    write(mmseg / 'tests' / '__init__.py', '')
    write(mmseg / 'tests' / 'helper.py', 'NUMBER = 3')
    write(mmseg / 'tests' / 'test_models' / 'test_segmentors' / 'test_c.py', NEEDS_ITS_CHECKOUT)
    # Of a part that this project does not use.
    write(mmseg / 'tests' / 'test_models' / 'test_necks' / 'test_d.py', NEEDS_THE_PROJECT)

    assert tool.main([str(mmagic), str(mmseg), '--logs', str(tmp_path / 'logs')]) == 0
    out = capsys.readouterr().out
    magic, segmentation = tool.SUITES
    assert f'{mmagic}: 1 of {len(magic.paths)} files' in out
    assert f'{mmseg}: 1 of {len(segmentation.paths)} files' in out
    rows = [line.split(' | ') for line in out.splitlines() if 'this project' in line]
    assert [row[0].split(' ')[1] for row in rows] == ['MMagic'] * 2 + ['MMSegmentation'] * 2
    assert [[row[1], *row[2:]] for row in rows] == [
        ['without this project', '1', '1', '1', '0 |'],
        ['with this project', '2', '0', '1', '0 |'],
        ['without this project', '1', '0', '0', '0 |'],
        ['with this project', '1', '0', '0', '0 |'],
    ]
    assert '2 passed' in (tmp_path / 'logs' / 'mmagic_with.log').read_text()


def test_table_names_what_is_installed(tool):
    from importlib import metadata

    text = tool.describe(tool.SUITES[0])
    assert text.startswith(f'MMagic (mmagic {metadata.version("mmagic")}, ')
    assert 'mmengine' in text and 'mmcv' in text
    assert tool.describe(tool.SUITES[0]._replace(packages=('no-such-box',))).count('no-such') == 0


def test_wrong_folder(tool, tmp_path, capsys):
    (tmp_path / 'tests').mkdir()
    assert tool.main([str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f'error: {tmp_path} has neither tests/test_models/test_editors')
    assert 'MMSegmentation' in error
