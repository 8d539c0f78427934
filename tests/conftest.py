"""Fixtures shared by all tests.

Pytest reads this file and those of the folders beside it before it hands the tests to other
processes: what takes long to import is imported inside the fixtures.
"""

import atexit
import gc
import os
import sys
import time
from pathlib import Path

import pytest

REPO_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPO_ROOT), str(REPO_ROOT / 'tools')]

import projects.ecgan  # noqa: E402, F401  (applies the compatibility modules, registers everything)

# After this time (seconds since 1970) no campaign begins, so that a slow machine ends in time.
CAMPAIGNS_UNTIL = float(os.environ.get('ECGAN_CAMPAIGNS_UNTIL', 'inf'))


def pytest_collection_finish() -> None:
    """Leave out what takes longer than the work of small tests, in each process that runs some.

    MMEngine lays its config out afresh for every checkpoint, and has garbage collected for every
    data set: what was imported until here needs not be searched for any.
    """
    from mmengine.config import config

    config.FormatCode = lambda text, **style: (text, True)
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a campaign for which there is no time left."""
    if item.get_closest_marker('campaign') and time.time() > CAMPAIGNS_UNTIL:
        pytest.skip('no time left: ECGAN_CAMPAIGNS_UNTIL is over')


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what the campaigns found, in whatever process they ran."""
    for report in terminalreporter.getreports('passed'):
        for _, text in report.user_properties:
            terminalreporter.write_line(f'\n{text}')


@pytest.fixture(scope='session')
def repo_root() -> Path:
    """Root of this checkout."""
    return REPO_ROOT


@pytest.fixture(scope='session')
def shared_dir() -> Path:
    """Folder with golden numbers and real sample photos; the test is skipped where it is absent."""
    path = Path(os.environ.get('ECGAN_SHARED_DIR', REPO_ROOT.parent / 'shared'))
    if not (path / 'golden').is_dir():
        pytest.skip(f'needs the golden numbers and sample data, looked for in {path}')
    return path


@pytest.fixture(autouse=True)
def default_scope_of_its_own():
    """Registries look up names in the scope of the newest run; no test inherits another's.

    Nor does it inherit that of a fixture of its module or of another, which is set up before this.
    """
    from mmengine.registry import DefaultScope  # not needed by what hands out the tests

    scopes = DefaultScope._instance_dict
    scopes.clear()
    yield
    scopes.clear()
