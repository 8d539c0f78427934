"""The first signal is remembered, a later one ends the process."""

import os
import signal
import sys
import time
from pathlib import Path

import fresh_process
import pytest

from projects.ecgan.engine import stop_signals
from projects.ecgan.engine.stop_signals import StopSignals
from projects.ecgan.errors import ConfigError


def test_signals_are_taken_over_and_given_back() -> None:
    before = signal.getsignal(signal.SIGUSR1)
    signals = StopSignals(['SIGUSR1', 'SIGNOWHERE'])
    assert not signals.caught and signals.received is None
    signals.catch()
    os.kill(os.getpid(), signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)  # what a launcher passes on
    assert signals.caught and signals.received == 'SIGUSR1'
    signals.ignore()
    os.kill(os.getpid(), signal.SIGUSR1)
    signals.release()
    assert signal.getsignal(signal.SIGUSR1) is before
    assert not signals.caught and signals.received == 'SIGUSR1'
    signals.catch()
    assert signals.received is None
    signals.release()


@pytest.mark.parametrize('names', ['SIGUSR1', ['USR1'], [10]])
def test_what_is_no_name_is_refused(names: object) -> None:
    with pytest.raises(ConfigError, match=r"names such as \['SIGUSR1'\], got"):
        StopSignals(names)


def get_two(pause: float) -> None:
    stop_signals.SECONDS_OF_ONE_REQUEST = 0.2
    signals = StopSignals(['SIGUSR1'])
    signals.catch()
    os.kill(os.getpid(), signal.SIGUSR1)
    time.sleep(pause)
    os.kill(os.getpid(), signal.SIGUSR1)
    sys.exit(0)


@pytest.mark.slow
@pytest.mark.parametrize(('pause', 'status'), [(0, 0), (0.3, -signal.SIGUSR1)])
def test_a_second_one_ends_at_once(tmp_path: Path, pause: float, status: int) -> None:
    assert fresh_process.run(get_two, pause, log=tmp_path / 'log.txt') == status
