"""Signals that ask a run to stop, noticed now and obeyed when the run can."""

import os
import signal
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

from ..errors import ConfigError

# A launcher passes on what its whole group gets: the same request may come twice.
SECONDS_OF_ONE_REQUEST = 2.0


class StopSignals:
    """Remembers the first signal; a second one, two seconds later or more, ends the process.

    Args:
        names: Such as ``('SIGTERM', 'SIGUSR1')``; what the platform does not have is left out.

    Raises:
        ConfigError: A name is not that of a signal.
    """

    def __init__(self, names: Sequence[str]) -> None:
        wrong = [name for name in names if not str(name).startswith('SIG')]
        if isinstance(names, str) or wrong:
            raise ConfigError(f"signals must be names such as ['SIGUSR1'], got {names!r}")
        self.received: str | None = None
        self._since = 0.0
        self.numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        self._previous: dict[int, Any] = {}

    @property
    def caught(self) -> bool:
        """Whether the signals come here now."""
        return bool(self._previous)

    def catch(self) -> None:
        """Take over the signals; nothing outside the main thread, where Python forbids it."""
        if threading.current_thread() is threading.main_thread() and not self._previous:
            self.received = None
            self._previous = {n: signal.signal(n, self._notice) for n in self.numbers}

    def ignore(self) -> None:
        """All is done and saved: a repetition would only spoil the exit. Until released."""
        for number in self._previous:
            signal.signal(number, signal.SIG_IGN)

    def release(self) -> None:
        """Give the signals back."""
        for number, handler in self._previous.items():
            # None: it was not set from Python.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._previous = {}

    def _notice(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.received is None:
            self.received, self._since = signal.Signals(number).name, now
        elif now - self._since >= SECONDS_OF_ONE_REQUEST:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
