"""The first signal is remembered, a later one ends the process."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import fresh_process
import pytest
import torch
from torch.utils.data import DataLoader

from projects.ecgan.engine import stop_signals
from projects.ecgan.engine.stop_signals import ShieldedWorker, StopSignals
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


class Loaders(torch.utils.data.Dataset):
    """Gives the numbers of the processes that load."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> int:
        return os.getpid()


@pytest.mark.skipif(not hasattr(signal, 'sigwaitinfo'), reason='signals have no senders here')
def test_workers_end_by_their_training_alone() -> None:
    loader = DataLoader(
        Loaders(), num_workers=1, worker_init_fn=ShieldedWorker([signal.SIGUSR1]), timeout=60
    )
    batches = iter(loader)
    worker = int(next(batches))
    for number in ('TERM', 'USR1'):  # of another process
        subprocess.run(['kill', f'-{number}', str(worker)], check=True)
    assert int(next(batches)) == worker
    os.kill(worker, signal.SIGTERM)
    batches._workers[0].join(60)
    assert batches._workers[0].exitcode == 0


def beside_a_thread_that_takes_signals(worker: int) -> None:
    """Initialise a worker in which a library has a thread already."""
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    ShieldedWorker([])(worker)


@pytest.mark.skipif(not hasattr(signal, 'sigwaitinfo'), reason='signals have no senders here')
def test_a_thread_of_before_lets_no_signal_end_its_worker() -> None:
    loader = DataLoader(
        Loaders(), num_workers=1, worker_init_fn=beside_a_thread_that_takes_signals, timeout=60
    )
    batches = iter(loader)
    worker = int(next(batches))
    for _ in range(3):
        subprocess.run(['kill', '-TERM', str(worker)], check=True)
        assert int(next(batches)) == worker
