"""Memory of a process while it works, and whether it stays level."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

# Parts of what was seen, of each of which the least counts: a validation or a checkpoint takes
# memory and gives it back.
PARTS = 4


def resident(process: int | None = None) -> float:
    """Resident memory of a process (None: this one) in MB; where that is not told, skip."""
    status = Path(f'/proc/{process or os.getpid()}/statm')
    if not status.exists():
        pytest.skip('this system does not tell the memory of a process in /proc')
    return int(status.read_text().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 2**20


def slope(done: Sequence[float], memory: Sequence[float], unit: float = 100) -> float:
    """MB that a process grows by in ``unit`` pieces of work, by the second half of what was seen.

    The first half is left out: allocators and caches fill up in it.

    Args:
        done: Pieces of work that were done.
        memory: The memory then.
        unit: Pieces of work.
    """
    half = len(done) // 2
    parts = np.array_split(np.arange(half, len(done)), PARTS)
    least = [min(part, key=lambda index: memory[index]) for part in parts if len(part)]
    return float(np.polyfit([done[i] for i in least], [memory[i] for i in least], 1)[0]) * unit
