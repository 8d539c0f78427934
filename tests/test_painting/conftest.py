"""A model for the page, and the page itself in a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'chrome'))), None)


@pytest.fixture(scope='session')
def checkpoint(repo_root, tmp_path_factory) -> Path:
    from ecgan_toys import write_checkpoint

    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='session')
def inferencer(checkpoint):
    from projects.ecgan import ECGANInferencer

    return ECGANInferencer(checkpoint, device='cpu')


@pytest.fixture(scope='session')
def address(repo_root, checkpoint, tmp_path_factory) -> Iterator[str]:
    """The page, served by the tool in a process of its own."""
    from page_server import serving

    pytest.importorskip('nicegui')
    with serving(repo_root, checkpoint, tmp_path_factory.mktemp('server')) as found:
        yield found


@pytest.fixture(scope='module')
def browser():
    """A headless Chromium; what needs it is skipped where there is none.

    No longer than a module: it keeps an event loop running, and other tests run their own.
    """
    api = pytest.importorskip('playwright.sync_api')
    if CHROMIUM is None:
        pytest.skip('there is no Chromium')
    with api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=['--no-sandbox'])
        yield found
        found.close()
