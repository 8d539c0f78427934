"""How many threads make a picture."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

# Who has set one of these has decided already.
VARIABLES = ('OMP_NUM_THREADS', 'MKL_NUM_THREADS')
# Parameters x pixels up to which one thread does it: those of the demo's network at 64 x 64. A
# second one gains a sixth there alone, and loses fivefold where another job has its core; at
# 96 x 96 it gains a third.
ONE_THREAD = 5e10
_FOUND = torch.get_num_threads()


@contextmanager
def fitting_threads(work: float) -> Iterator[None]:
    """Inside, small work on a CPU is done by one thread; the number is as before afterwards.

    A number that the user chose, by a variable or ``torch.set_num_threads``, stays.

    Args:
        work: Parameters of a network times pixels of all layouts that go through it together.
    """
    threads = torch.get_num_threads()
    chosen = threads != _FOUND or any(name in os.environ for name in VARIABLES)
    if chosen or work > ONE_THREAD:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
