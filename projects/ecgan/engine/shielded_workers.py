"""Data-loader workers that outlive what asks their training to stop."""

import copy
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.context import BaseContext, SpawnProcess

from torch.utils.data import DataLoader

# Linux tells who sent a signal; macOS and Windows do not.
SENDERS_ARE_TOLD = hasattr(signal, 'sigwaitinfo')


def shield_workers(loader: DataLoader, numbers: Sequence[int]) -> None:
    """Let the workers that ``loader`` starts from now on outlive signals to their training.

    Slurm, a terminal and others signal the whole group of processes, and ``pkill -f train.py`` each
    process whose command line fits: the batch that the training needs to end in good order would go
    with its worker. Of SIGTERM a worker heeds the training's own; where the platform does not tell
    who sent a signal, it heeds any.

    Args:
        loader: A loader; one that is shielded already is left as it is.
        numbers: Signals that ask the training to stop.
    """
    if isinstance(loader.worker_init_fn, ShieldedWorker):
        return
    loader.worker_init_fn = ShieldedWorker(numbers, loader.worker_init_fn)
    if SENDERS_ARE_TOLD and loader.num_workers:
        loader.multiprocessing_context = _born_shielded(loader.multiprocessing_context)


class ShieldedWorker:
    """Initialises a data-loader worker so that it outlives what asks its training to stop.

    Args:
        numbers: Signals that ask the training to stop.
        initialize: What else initialises a worker.
    """

    def __init__(
        self, numbers: Sequence[int], initialize: Callable[[int], None] | None = None
    ) -> None:
        self.numbers = numbers
        self.initialize = initialize

    def __call__(self, worker: int) -> None:
        """Initialise worker number ``worker``."""
        if hasattr(os, 'setpgid'):
            os.setpgid(0, 0)
        for number in set(self.numbers) - {signal.SIGTERM}:
            signal.signal(number, signal.SIG_IGN)
        if SENDERS_ARE_TOLD:
            # For the threads to come as well: the one below is to get it.
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            threading.Thread(target=_end_with_the_training, daemon=True).start()
        if self.initialize is not None:
            self.initialize(worker)


def _end_with_the_training() -> None:
    """Wait for a SIGTERM of the process that this one works for, and end.

    A SIGTERM that comes while another is pending is dropped by the system, the training's own
    beside another's at the same instant. It is sent twice: by PyTorch's loader, then by Python's
    multiprocessing at its exit.
    """
    while signal.sigwaitinfo([signal.SIGTERM]).si_pid != os.getppid():
        pass
    os._exit(0)


class _BornShielded:
    """A process that begins with SIGTERM blocked.

    PyTorch and other libraries start threads in a worker before it is initialised. Each of them
    could take the signal, and who sent it would be lost.
    """

    def start(self) -> None:
        """Start it; this thread's mask is inherited, by a fork and by a program that is spawned."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _SpawnProcess(_BornShielded, SpawnProcess):
    """A spawned one."""


if SENDERS_ARE_TOLD:

    class _ForkProcess(_BornShielded, multiprocessing.context.ForkProcess):
        """A forked one."""


def _born_shielded(context: BaseContext | None) -> BaseContext | None:
    """The context by which processes begin with SIGTERM blocked.

    A server that forks (``forkserver``) has a mask of its own: its context stays as it is.
    """
    method = (context or multiprocessing).get_start_method()
    if method == 'forkserver':
        return context
    context = copy.copy(multiprocessing.get_context(method))
    context.Process = _ForkProcess if method == 'fork' else _SpawnProcess
    return context
