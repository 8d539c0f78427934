"""A model for the page, and the page itself in a browser."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from ecgan_toys import write_checkpoint
from fresh_process import free_port

from projects.ecgan import ECGANInferencer

CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'chrome'))), None)
START_SECONDS = 120


@pytest.fixture(scope='session')
def checkpoint(repo_root, tmp_path_factory) -> Path:
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='session')
def inferencer(checkpoint) -> ECGANInferencer:
    return ECGANInferencer(checkpoint, device='cpu')


@pytest.fixture(scope='session')
def address(repo_root, checkpoint, tmp_path_factory) -> Iterator[str]:
    """The page, served by the tool in a process of its own."""
    pytest.importorskip('nicegui')
    port = free_port()
    folder = tmp_path_factory.mktemp('server')
    command = [sys.executable, '-W', 'ignore', repo_root / 'tools' / 'paint.py', checkpoint]
    # The library behaves differently where it finds itself in a test.
    env = {key: value for key, value in os.environ.items() if key != 'PYTEST_CURRENT_TEST'}
    with (folder / 'log.txt').open('w') as log:
        server = subprocess.Popen(
            [*command, '--port', str(port)], cwd=folder, env=env, stdout=log, stderr=log
        )
    found = f'http://127.0.0.1:{port}/'
    try:
        _wait_for(found, server, folder / 'log.txt')
        yield found
        assert server.poll() is None, 'the server ended by itself'
        assert 'Traceback' not in (folder / 'log.txt').read_text()
        assert [path.name for path in folder.iterdir()] == ['log.txt'], 'it writes files'
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f'the server does not answer: {log.read_text()}')


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
