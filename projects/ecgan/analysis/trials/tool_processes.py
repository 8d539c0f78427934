"""This project's own tools, run as processes of their own, and the log that training leaves."""

import json
import subprocess
import sys
from pathlib import Path

from ...errors import ConfigError

ROOT = Path(__file__).resolve().parents[4]


def run_tool(name: str, *arguments: str | Path, log: Path) -> None:
    """Run a file below ``tools/`` with arguments, its output appended to a log.

    Raises:
        ConfigError: It failed.
    """
    command = [sys.executable, str(ROOT / 'tools' / name), *map(str, arguments)]
    with open(log, 'a', encoding='utf-8') as file:
        status = subprocess.run(command, cwd=ROOT, stdout=file, stderr=file).returncode
    if status:
        tail = log.read_text(encoding='utf-8').strip().splitlines()[-1:]
        raise ConfigError(f'{Path(name).name} failed, see {log}: {"".join(tail)}')


def logged_times(folder: Path) -> list[float]:
    """Seconds per iteration as a training logged them, below its work dir."""
    lines = (
        line
        for path in sorted(folder.glob('*/vis_data/scalars.json'))
        for line in path.read_text(encoding='utf-8').splitlines()
    )
    return [entry['time'] for entry in map(json.loads, lines) if {'time', 'iter'} <= entry.keys()]
