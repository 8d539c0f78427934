"""Make the virtual environment that the project runs in, from the exact lock file.

``python3 tools/setup_env.py`` (what every ``make`` target calls first) needs nothing but a Python;
it finds one of 3.10 to 3.12, makes ``.venv`` and installs ``requirements/lock.txt`` into it. It is
safe to repeat: a finished environment is recognised by the hash of the lock file and the version
of Python in its stamp. After an interruption the half-made environment is made anew from the
packages that were already downloaded, which are kept beside it until the end.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from setup_checks import GB, SetupError, bytes_used, check_disk, find_python, last_error

ROOT = Path(__file__).resolve().parents[1]
LOCK_FILE = ROOT / 'requirements' / 'lock.txt'
STAMP_NAME = 'ecgan_setup.json'
FINISHED_GB = 6.9


def locked_version(package: str, lock_text: str) -> str:
    """Version of ``package`` in the lock file.

    Raises:
        SetupError: The lock file does not pin it.
    """
    match = re.search(rf'^{re.escape(package)}==([^\s;]+)', lock_text, flags=re.MULTILINE)
    if match is None:
        raise SetupError(f'{LOCK_FILE} does not pin {package}: make lock writes it anew.')
    return match.group(1)


class Environment:
    """A virtual environment on disk, with its stamp and its download cache.

    Args:
        folder: Folder of the environment.
        lock_file: Exact versions to install.
    """

    def __init__(self, folder: Path, lock_file: Path = LOCK_FILE) -> None:
        # Not resolved: the last part may be a link to a larger disk.
        self.folder = Path(os.path.abspath(folder))
        self.lock_file = lock_file
        self.lock_text = lock_file.read_text(encoding='utf-8')
        self.python = self.folder / 'bin' / 'python'
        self.stamp = self.folder / STAMP_NAME
        self.downloads = self.folder.with_name(self.folder.name + '.downloads')
        self.log = self.folder.with_name(self.folder.name + '.setup.log')
        self.lock: int | None = None

    def lock_hash(self) -> str:
        """SHA-256 of the lock file, by which the stamp knows what is installed."""
        return hashlib.sha256(self.lock_text.encode()).hexdigest()

    def read_stamp(self) -> dict | None:
        """The stamp; None where there is no environment of this script's."""
        try:
            return json.loads(self.stamp.read_text(encoding='utf-8'))
        except FileNotFoundError:
            return None
        except ValueError:  # cut short while it was written: the environment is not finished
            return {}

    def write_stamp(self, content: dict) -> None:
        """Write the stamp in one step, so that it is never seen half-written."""
        partial = self.stamp.with_suffix('.tmp')
        partial.write_text(json.dumps(content, indent=2) + '\n', encoding='utf-8')
        partial.replace(self.stamp)

    def is_ready(self, version: str | None = None) -> bool:
        """Whether a finished environment for this lock file is there.

        Args:
            version: Version that its Python must have, such as ``'3.11'``; None takes any.

        Returns:
            True where nothing is left to do.
        """
        stamp = self.read_stamp() or {}
        fits = version is None or stamp.get('python') == version
        return fits and self.python.exists() and stamp.get('lock') == self.lock_hash()

    def check_ours(self) -> None:
        """Refuse to touch a folder that this script did not make.

        Raises:
            SetupError: The folder holds something else.
        """
        if self.folder.exists() and any(self.folder.iterdir()) and self.read_stamp() is None:
            raise SetupError(
                f'{self.folder} exists and was not made by this script: remove it, '
                'or use another place: make VENV=.venv-ecgan ...'
            )

    def remove(self) -> None:
        """Remove the environment, what was downloaded for it, and the log."""
        if self.folder.exists():
            self.check_ours()
            shutil.rmtree(self.folder)
        shutil.rmtree(self.downloads, ignore_errors=True)
        self.log.unlink(missing_ok=True)

    def run(self, command: list[str], title: str) -> bool:
        """Run an installer with its output in the log, showing how far it is.

        Args:
            command: Command line.
            title: What the shown line says is being done.

        Returns:
            Whether it succeeded.
        """
        # Downloads stay beside the environment (one file system, so that uv can link instead of
        # copying) unless the user has a cache that may already hold them.
        caches = {'UV_CACHE_DIR': str(self.downloads), 'PIP_CACHE_DIR': str(self.downloads / 'pip')}
        variables = {**caches, 'PIP_NO_INPUT': '1', 'PIP_DISABLE_PIP_VERSION_CHECK': '1'}
        start, free = time.monotonic(), shutil.disk_usage(self.folder).free
        with open(self.log, 'w', encoding='utf-8') as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**variables, **os.environ},
                pass_fds=() if self.lock is None else (self.lock,),
            )
            try:
                self._watch(process, title, start, free)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
        return process.returncode == 0

    def _watch(self, process: subprocess.Popen, title: str, start: float, free: int) -> None:
        """Show a line every few seconds until the process ends."""
        live = sys.stdout.isatty()
        every, shown = (1.0 if live else 15.0), 0.0
        while process.poll() is None:
            time.sleep(0.1)
            elapsed = time.monotonic() - start
            if elapsed - shown < every:
                continue
            shown = elapsed
            taken = (free - shutil.disk_usage(self.folder).free) / GB
            size = f'{min(taken, FINISHED_GB):.1f} of {FINISHED_GB:.1f} GB, ' if taken > 0.1 else ''
            line = f'{title}: {size}{elapsed:.0f} s'
            print(f'\r{line}' if live else line, end='' if live else '\n', flush=True)
        if shown and live:
            print(flush=True)


def install_locked(env: Environment) -> None:
    """Install the lock file: with uv, which takes half a minute, else with pip.

    Raises:
        SetupError: Neither could.
    """
    python = str(env.python)
    uv = f'uv=={locked_version("uv", env.lock_text)}'
    lock = ['--no-deps', '-r', str(env.lock_file)]
    pip_install = [python, '-m', 'pip', 'install']
    uv_install = [python, '-m', 'uv', 'pip', 'install', '--python', python]
    if env.run([*pip_install, uv], 'Fetching the installer uv') and env.run(
        [*uv_install, *lock], 'Installing'
    ):
        return
    print(f'uv could not do it ({last_error(env.log.read_text())}); trying pip', flush=True)
    if not env.run([*pip_install, *lock], 'Installing with pip'):
        raise SetupError(
            f'a download or installation failed: {last_error(env.log.read_text())} '
            'Check the network, then repeat the command; what was downloaded is kept. '
            f'(Details: {env.log})'
        )


def prefer_headless_opencv(env: Environment) -> None:
    """Let the OpenCV without windows be the one that is imported.

    The packages of OpenCV overwrite one another's files, and those with windows need libGL, which
    a server or container lacks. So that the outcome depends neither on the order of unpacking nor
    on the system, the headless one is unpacked last.

    Raises:
        SetupError: It could not be installed.
    """
    headless = f'opencv-python-headless=={locked_version("opencv-python-headless", env.lock_text)}'
    pip = [str(env.python), '-m', 'pip', 'install', '--force-reinstall', '--no-deps', headless]
    if not env.run(pip, 'Unpacking OpenCV'):
        raise SetupError(
            f'{headless} could not be installed: {last_error(env.log.read_text())} '
            f'Repeat the command. (Details: {env.log})'
        )


def check_imports(env: Environment) -> None:
    """Import the packages that have compiled parts.

    Raises:
        SetupError: One does not load, for instance for want of a system library.
    """
    code = 'import cv2, numpy, torch, torchvision, mmengine, mmcv'
    if not env.run([str(env.python), '-c', code], 'First import'):
        raise SetupError(
            'everything is installed, but does not load on this system: '
            f'{last_error(env.log.read_text())} (Details: {env.log})'
        )


def set_up(env: Environment, wanted: str | None = None) -> bool:
    """Make the environment unless it is ready.

    Args:
        env: The environment.
        wanted: The only interpreter to consider; None takes any that fits.

    Returns:
        Whether there was anything to do.

    Raises:
        SetupError: It cannot be made.
    """
    if wanted is None and env.is_ready():
        return False
    start = time.monotonic()
    python = find_python(wanted)
    version = '.'.join(python['version'].split('.')[:2])
    if env.is_ready(version):
        return False
    env.check_ours()
    check_disk(env.folder, bytes_used(env.folder, env.downloads))
    if env.folder.exists():
        print(f'Removing what is in {env.folder}: unfinished or out of date', flush=True)
        shutil.rmtree(env.folder)
    env.folder.mkdir(parents=True)
    env.write_stamp({'state': 'being made'})
    print(f'Setting up {env.folder} with Python {python["version"]} (2 to 3 minutes)', flush=True)
    if not env.run([python['path'], '-m', 'venv', str(env.folder)], 'Making the environment'):
        raise SetupError(f'{python["path"]} -m venv failed: {last_error(env.log.read_text())}')
    install_locked(env)
    prefer_headless_opencv(env)
    check_imports(env)
    stamp = {'lock': env.lock_hash(), 'python': version}
    env.write_stamp(stamp)
    shutil.rmtree(env.downloads, ignore_errors=True)
    env.log.unlink()
    seconds = round(time.monotonic() - start, 1)
    env.write_stamp({**stamp, 'setup_seconds': seconds})
    print(f'Environment ready after {seconds:.0f} s', flush=True)
    return True


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[int]:
    """Hold a lock on ``folder``, so that two set-ups in it do not undo each other's work.

    The installers inherit the lock: one that outlives a killed set-up is waited for.

    Yields:
        File descriptor of the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f'Waiting for another set-up in {folder}', flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--venv', type=Path, default=ROOT / '.venv', help='where the environment goes'
    )
    parser.add_argument('--python', help='the interpreter to use (default: one that fits)')
    parser.add_argument('--remove', action='store_true', help='remove the environment instead')
    args = parser.parse_args(arguments)
    env = Environment(args.venv)
    try:
        with one_at_a_time(env.folder.parent) as env.lock:
            env.remove() if args.remove else set_up(env, args.python)
    except SetupError as error:
        print(f'Set-up stopped: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('\nSet-up interrupted; the same command goes on from here.', file=sys.stderr)
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main())
