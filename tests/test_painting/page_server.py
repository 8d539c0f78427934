"""The page, served by the tool in a process of its own."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fresh_process import free_port

START_SECONDS = 120


@contextmanager
def serving(repo_root: Path, checkpoint: Path, folder: Path) -> Iterator[str]:
    """Run the tool as :func:`served`; the address alone."""
    with served(repo_root, checkpoint, folder) as (address, _):
        yield address


@contextmanager
def served(repo_root: Path, checkpoint: Path, folder: Path) -> Iterator[tuple[str, int]]:
    """Run the tool in an empty folder, in which nothing may be but its log afterwards.

    Yields:
        Address of the page, and the process's number.
    """
    port = free_port()
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
        yield found, server.pid
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
