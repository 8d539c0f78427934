"""MMagic's own tests as a yardstick, on a stand-in for a checkout."""

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


@pytest.fixture(scope='module')
def tool():
    return load_tool('analysis_tools/run_toolbox_tests.py')


def test_counts(tool):
    line = '= 16 failed, 290 passed, 2 skipped, 38 warnings, 3 errors in 80.14s (0:01:20) ='
    assert tool.count_outcomes(f'x\n{line}') == dict(passed=290, failed=16, error=3, skipped=2)
    assert tool.count_outcomes('') == dict(passed=0, failed=0, error=0, skipped=0)


@pytest.mark.slow
def test_two_runs(tool, tmp_path, capsys):
    folder = tmp_path / 'mmagic' / 'tests' / 'test_engine'
    folder.mkdir(parents=True)
    (folder / 'test_a.py').write_text(NEEDS_THE_PROJECT)
    # One file that does not import does not stop the others.
    (folder / 'test_b.py').write_text('import no_such_package')
    assert tool.main([str(tmp_path / 'mmagic'), '--logs', str(tmp_path / 'logs')]) == 0
    out = capsys.readouterr().out
    assert f'1 of {len(tool.FOLDERS)} folders' in out
    assert '| without | 1 | 1 | 1 | 0 |' in out
    assert '| with this project | 2 | 0 | 1 | 0 |' in out
    assert '2 passed' in (tmp_path / 'logs' / 'with.log').read_text()


def test_wrong_folder(tool, tmp_path, capsys):
    assert tool.main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f'error: no folder tests in {tmp_path}')
