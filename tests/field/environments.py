"""Environments of the field's tools, made with uv and kept apart from that of the project.

They lie in a temporary folder, or in ``ECGAN_FIELD_DIR``, where they are found again.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Folder of environments and forms that stays.
KEPT = os.environ.get('ECGAN_FIELD_DIR')
_UV = [sys.executable, '-m', 'uv', '--quiet']


def environment(name: str, folder: Path) -> Path:
    """Python of an environment with what ``requirements/NAME.txt`` lists.

    What cannot be installed on this machine is left out; its forms are skipped by name.

    Args:
        name: Stem of the list.
        folder: Where the environments are.
    """
    place = folder / f'tools-{name}'
    python = place / 'bin' / 'python'
    listed = HERE / 'requirements' / f'{name}.txt'
    mark = place / 'installed.txt'
    if not mark.is_file() or mark.read_text() != listed.read_text():
        _run([*_UV, 'venv', '--clear', '--python', sys.executable, place])
        install = [*_UV, 'pip', 'install', '--python', python]
        if not _run([*install, '--requirements', listed]):
            for line in listed.read_text().split():
                _run([*install, line])
        mark.write_text(listed.read_text())
    return python


def run_module(python: Path, *arguments: object) -> None:
    """Run a module of this folder in an environment; what it says is shown where it fails."""
    command = [str(python), '-W', 'ignore', '-m', *map(str, arguments)]
    others = dict(QT_QPA_PLATFORM='offscreen', MPLBACKEND='agg', OMP_NUM_THREADS='1')
    done = subprocess.run(
        command, cwd=HERE, env=_clean() | others, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def _run(command: list[object]) -> bool:
    done = subprocess.run(list(map(str, command)), env=_clean(), capture_output=True, check=False)
    return done.returncode == 0


def _clean() -> dict[str, str]:
    """The variables without those that would lead to the project's own packages."""
    return {k: v for k, v in os.environ.items() if k not in ('PYTHONPATH', 'VIRTUAL_ENV')}
