"""Workers end by their training, and by nobody else."""

import multiprocessing
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from projects.ecgan.engine.shielded_workers import (
    SENDERS_ARE_TOLD,
    ShieldedWorker,
    shield_workers,
)

pytestmark = pytest.mark.skipif(not SENDERS_ARE_TOLD, reason='signals have no senders here')


class Loaders(torch.utils.data.Dataset):
    """Gives the numbers of the processes that load."""

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> int:
        return os.getpid()


class BesideAThread(ShieldedWorker):
    """A worker in which a library has a thread before it is initialised."""

    def __call__(self, worker: int) -> None:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        super().__call__(worker)


def shielded_loader(method: str | None, initialize: Callable[[int], None] | None) -> DataLoader:
    loader = DataLoader(
        Loaders(),
        num_workers=1,
        timeout=60,
        multiprocessing_context=method,
        worker_init_fn=initialize,
    )
    shield_workers(loader, [signal.SIGUSR1])
    return loader


def end_by_its_training(loader_process: multiprocessing.Process) -> int | None:
    """Send the training's own SIGTERM once those of others are taken; the exit code.

    The system keeps one pending signal of a number: what comes meanwhile is dropped.
    """
    pending = re.compile(r'^(?:Sig|Shd)Pnd:\s*([0-9a-f]+)$', re.MULTILINE)
    bit = 1 << (signal.SIGTERM - 1)
    deadline = time.monotonic() + 60
    while any(
        int(mask, 16) & bit
        for mask in pending.findall(Path(f'/proc/{loader_process.pid}/status').read_text())
    ):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(loader_process.pid, signal.SIGTERM)
    loader_process.join(60)
    return loader_process.exitcode


@pytest.mark.parametrize('method', [None, 'fork', pytest.param('spawn', marks=pytest.mark.slow)])
def test_workers_end_by_their_training_alone(method: str | None) -> None:
    loader = shielded_loader(method, None)
    batches = iter(loader)
    worker = int(next(batches))
    for number in ('TERM', 'USR1', 'TERM'):  # of another process
        subprocess.run(['kill', f'-{number}', str(worker)], check=True)
        assert int(next(batches)) == worker
    assert end_by_its_training(batches._workers[0]) == 0
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_thread_of_before_takes_no_signal() -> None:
    loader = shielded_loader(None, None)
    loader.worker_init_fn = BesideAThread([])
    batches = iter(loader)
    worker = int(next(batches))
    for _ in range(3):
        subprocess.run(['kill', '-TERM', str(worker)], check=True)
        assert int(next(batches)) == worker
    assert end_by_its_training(batches._workers[0]) == 0


def test_what_else_initialises_a_worker_is_kept() -> None:
    started = torch.zeros(1).share_memory_()

    def mark(worker: int) -> None:
        started[0] = 1

    loader = shielded_loader(None, mark)
    shielded = loader.worker_init_fn
    shield_workers(loader, [signal.SIGUSR1])
    assert loader.worker_init_fn is shielded
    next(iter(loader))
    assert started[0] == 1


def test_without_workers_and_beside_a_server_that_forks() -> None:
    loader = DataLoader(Loaders(), num_workers=0)
    shield_workers(loader, [signal.SIGUSR1])
    assert int(next(iter(loader))) == os.getpid()
    loader = shielded_loader('forkserver', None)
    assert loader.multiprocessing_context.get_start_method() == 'forkserver'
