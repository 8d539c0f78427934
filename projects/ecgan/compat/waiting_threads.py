"""PyTorch's threads wait for one another by turning idly, and take the cores from others' work.

Versions: every PyTorch with GNU's OpenMP (Linux).
Upstream: no defect there, a default: https://gcc.gnu.org/onlinedocs/libgomp/GOMP_005fSPINCOUNT.html

A thread that has done its share turns 300 000 times (milliseconds) before it sleeps. Alone that
costs nothing; where another job has one of the cores, the share that is waited for comes late each
time, and the turning keeps the other job, or the very thread that is waited for, from running:
at 64 x 64 everything takes up to twenty times as long. After 10 000 turns it is as fast alone.

OpenMP reads the variable when it is loaded, with ``torch``. It is set for that moment only: neither
the user's code nor processes that are started see it. Who has set a variable of this kind, or has
imported ``torch`` before, has decided already.
"""

import os
import sys
from types import ModuleType

from ._defect import Defect

_NAME, _TURNS = 'GOMP_SPINCOUNT', '10000'
_VARIABLES = (_NAME, 'OMP_WAIT_POLICY')


def _set(torch: ModuleType) -> None:
    os.environ[_NAME] = _TURNS


def _unset(torch: ModuleType) -> None:
    if os.environ.get(_NAME) == _TURNS:
        del os.environ[_NAME]


DEFECT = Defect(
    name='waiting_threads',
    versions='PyTorch on Linux',
    upstream='https://gcc.gnu.org/onlinedocs/libgomp/GOMP_005fSPINCOUNT.html',
    needed=lambda: sys.platform == 'linux' and not any(v in os.environ for v in _VARIABLES),
    preparations={'torch': _set},
    patches={'torch': _unset},
    cured='threads that wait leave their cores to other work',
    sound='the environment says how threads wait',
)
