"""Work on many files, in several processes, with a progress bar."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, TypeVar

from rich.progress import track

from ..errors import UserError

Result = TypeVar('Result')
_CHUNK = 8


def in_processes(
    work: Callable[..., Result], *columns: Sequence[Any], jobs: int, doing: str
) -> list[Result]:
    """Call a function for each row of columns, in several processes, with a progress bar.

    Args:
        work: A function of a module; takes one value of each column.
        *columns: Sequences of one length.
        jobs: Processes; 1 works in this one.
        doing: What the bar says.

    Returns:
        The results in the order of the rows.

    Raises:
        UserError: A process was ended from outside, as for want of memory.
    """
    count = len(columns[0])
    bar = partial(track, description=doing, total=count)
    # No more processes than there is work for.
    jobs = min(jobs, -(-count // _CHUNK))
    if jobs <= 1:
        return list(bar(map(work, *columns)))
    # Forked, processes begin at once; anew, each would import the toolbox.
    context = multiprocessing.get_context('fork' if sys.platform == 'linux' else None)
    try:
        with ProcessPoolExecutor(jobs, context, _leave_signals_to_the_tool) as pool:
            return list(bar(pool.map(work, *columns, chunksize=_CHUNK)))
    except BrokenProcessPool as error:
        raise UserError(
            f'{doing}: a process was ended, as happens when memory runs out; take fewer with --jobs'
        ) from error


def _leave_signals_to_the_tool() -> None:
    """On Ctrl-C the tool says what there is to say, once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1
