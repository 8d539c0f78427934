"""Threads that wait leave their cores, and nothing but OpenMP sees how it is told so."""

import os
import subprocess
import sys

import pytest

from projects.ecgan.compat import waiting_threads

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != 'linux', reason="GNU's OpenMP is Linux's"),
]
CODE = 'import os, torch; print(os.environ.get("GOMP_SPINCOUNT"))'


def spin_count(code: str, **variables: str) -> tuple[str, str]:
    """What OpenMP read, and what the code and its children see afterwards."""
    kept = {k: v for k, v in os.environ.items() if k not in waiting_threads._VARIABLES}
    done = subprocess.run(
        [sys.executable, '-c', code],
        env={**kept, **variables, 'OMP_DISPLAY_ENV': 'verbose'},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # Two libraries of OpenMP may be loaded; GNU's tells of it.
    (line, *_) = [line for line in done.stderr.splitlines() if 'GOMP_SPINCOUNT' in line]
    return line.split("'")[1], done.stdout.strip()


@pytest.mark.parametrize(
    'variables, read, seen',
    [
        ({}, '10000', 'None'),
        ({'GOMP_SPINCOUNT': '77'}, '77', '77'),
        # Of OpenMP itself: no turning at all.
        ({'OMP_WAIT_POLICY': 'passive'}, '0', 'None'),
    ],
)
def test_openmp_reads_it_and_nobody_else(variables: dict, read: str, seen: str) -> None:
    assert spin_count(f'import projects.ecgan; {CODE}', **variables) == (read, seen)


def test_torch_that_was_there_before_is_left_alone() -> None:
    read, seen = spin_count('import torch, projects.ecgan; ' + CODE)
    assert read != '10000' and seen == 'None'
