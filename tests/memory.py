"""Memory of a process while it works, and whether it stays level."""

import os
from pathlib import Path

import numpy as np
import pytest


def resident(process: int | None = None) -> float:
    """Resident memory of a process (None: this one) in MB; where that is not told, skip."""
    status = Path(f'/proc/{process or os.getpid()}/statm')
    if not status.exists():
        pytest.skip('this system does not tell the memory of a process in /proc')
    return int(status.read_text().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 2**20


def slope(done: list[float], memory: list[float], unit: float = 100) -> float:
    """MB that a process grows by in ``unit`` pieces of work, by the second half of what was seen.

    The first half is left out: allocators and caches fill up in it.

    Args:
        done: Pieces of work that were done.
        memory: The memory then.
        unit: Pieces of work.
    """
    half = len(done) // 2
    return float(np.polyfit(done[half:], memory[half:], 1)[0]) * unit
