"""What must hold before an environment can be made: a fitting Python and room on the disk.

Used by ``setup_env.py``; nothing but the standard library, and readable by any Python since 3.8, so
that a Python that does not fit can say so.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SUPPORTED = ((3, 10), (3, 12))
# Tried in this order after the Python that runs this file; 3.11 is what the project is tested on.
CANDIDATES = ('python3.11', 'python3.12', 'python3.10', 'python3', 'python')
# A finished environment takes 6.9 GB; the rest is for packages that are unpacked on the way.
NEEDED_GB = 9.0
GB = 1e9


class SetupError(Exception):
    """Set-up cannot go on; the message is the one line that the user reads."""


def probe_python(command: str) -> dict | None:
    """Ask a Python for its version and whether it can make virtual environments.

    It is really run: a name on the path may be a stub that only says what is not installed.

    Args:
        command: Name or path of the interpreter.

    Returns:
        ``version`` (str), ``path`` (str) and ``venv`` (bool), or None where it does not run.
    """
    code = (
        'import json, sys, importlib.util as u; print(json.dumps(dict('
        'version=".".join(map(str, sys.version_info[:3])), path=sys.executable, '
        'venv=all(u.find_spec(m) for m in ("venv", "ensurepip")))))'
    )
    try:
        answer = subprocess.run([command, '-c', code], capture_output=True, text=True, timeout=60)
        return json.loads(answer.stdout) if answer.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def is_supported(version: str) -> bool:
    """Whether ``version`` (such as ``'3.11.7'``) is one the locked packages exist for."""
    return SUPPORTED[0] <= tuple(int(n) for n in version.split('.')[:2]) <= SUPPORTED[1]


def find_python(wanted: str | None = None) -> dict:
    """Find the Python to make the environment with.

    Args:
        wanted: The only interpreter to consider; None looks at the running one and on the path.

    Returns:
        What :func:`probe_python` says about it.

    Raises:
        SetupError: None is of a supported version, or the one that is lacks ``venv``.
    """
    names = [wanted] if wanted else [sys.executable, *CANDIDATES]
    probes = [probe_python(name) for name in names]
    found = [probe for probe in probes if probe is not None]
    fitting = [probe for probe in found if is_supported(probe['version'])]
    complete = [probe for probe in fitting if probe['venv']]
    if complete:
        return complete[0]
    if fitting:
        version = '.'.join(fitting[0]['version'].split('.')[:2])
        raise SetupError(
            f'{fitting[0]["path"]} (Python {version}) cannot make virtual environments: install '
            f'its venv module (on Debian and Ubuntu: apt-get install python{version}-venv).'
        )
    seen = ', '.join(sorted({f'{p["version"]} at {p["path"]}' for p in found})) or 'none'
    raise SetupError(
        f'Python 3.10, 3.11 or 3.12 is needed; found: {seen} (tried {", ".join(names)}). '
        'Install one of them, or name it: make PYTHON=/path/to/python3.11 ...'
    )


def bytes_used(*folders: Path) -> int:
    """Disk space that the folders take, each hard-linked file counted once."""
    seen: dict[tuple[int, int], int] = {}
    for folder in folders:
        for base, _, names in os.walk(folder):
            for name in names:
                info = os.lstat(os.path.join(base, name))
                seen[info.st_dev, info.st_ino] = info.st_blocks * 512
    return sum(seen.values())


def check_disk(folder: Path, already: int = 0) -> None:
    """Check that the file system of ``folder`` has room for the environment.

    Args:
        folder: Where the environment goes; need not exist yet.
        already: Bytes that an interrupted set-up has put there.

    Raises:
        SetupError: There is too little room.
    """
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    usable = (free + already) / GB
    if usable < NEEDED_GB:
        raise SetupError(
            f'about {NEEDED_GB:.1f} GB of disk are needed at {place}, {usable:.1f} GB are free: '
            f'make room for {NEEDED_GB - usable:.1f} GB more, or put the environment on another '
            'disk: make VENV=/other/disk/venv ...'
        )


def last_error(log_text: str) -> str:
    """The line of an installer's log that says best why it stopped."""
    # uv draws a tree before its lines; what counts starts with a letter.
    lines = [re.sub(r'^\W+', '', line).strip() for line in log_text.splitlines()]
    lines = [line for line in lines if line]
    telling = [
        line for line in lines if re.match(r'(error|cause|caused by|failed)\b', line, re.IGNORECASE)
    ]
    return (telling or lines or ['no output'])[-1][:300]
