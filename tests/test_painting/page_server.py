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

START_SECONDS = 300


class PageServer:
    """The tool in an empty folder, in which nothing may be but its log afterwards.

    Args:
        repo_root: The checkout.
        checkpoint: The model.
        folder: The folder.
        options: Arguments of the tool.
    """

    def __init__(self, repo_root: Path, checkpoint: Path, folder: Path, *options: str) -> None:
        port = free_port()
        self.address, self._log, self._folder = f'http://127.0.0.1:{port}/', folder / 'log', folder
        tool = repo_root / 'tools' / 'paint.py'
        self._command = [sys.executable, '-W', 'ignore', tool, checkpoint, '--port', str(port)]
        self._command += options
        self.start()

    @property
    def log(self) -> str:
        """What it has said since its first start."""
        return self._log.read_text()

    def start(self) -> None:
        """Start, and wait until it answers."""
        # The library behaves differently where it finds itself in a test.
        env = {key: value for key, value in os.environ.items() if key != 'PYTEST_CURRENT_TEST'}
        with self._log.open('a') as log:
            self.process = subprocess.Popen(
                self._command, cwd=self._folder, env=env, stdout=log, stderr=log
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.address, timeout=5).close()
            except OSError:
                time.sleep(0.2)
            else:
                return
        pytest.fail(f'the server does not answer: {self.log}')

    def kill(self) -> None:
        """End it as a lack of memory would."""
        self.process.kill()
        self.process.wait(30)

    def check(self) -> None:
        """See that it runs still, without a complaint."""
        assert self.process.poll() is None, 'the server ended by itself'
        assert 'Traceback' not in self.log
        assert list(self._folder.iterdir()) == [self._log], 'it writes files'

    def stop(self) -> int:
        """Ask it to end; its status."""
        self.process.terminate()
        return self.process.wait(120)


@contextmanager
def served(repo_root: Path, checkpoint: Path, folder: Path, *options: str) -> Iterator[PageServer]:
    """Run a server, and look at what it leaves."""
    server = PageServer(repo_root, checkpoint, folder, *options)
    try:
        yield server
        if server.process.returncode is None:
            server.check()
            assert server.stop() == 0
    finally:
        if server.process.poll() is None:
            server.kill()


@contextmanager
def serving(repo_root: Path, checkpoint: Path, folder: Path) -> Iterator[str]:
    """Run a server as :func:`served`; the address alone."""
    with served(repo_root, checkpoint, folder) as server:
        yield server.address
