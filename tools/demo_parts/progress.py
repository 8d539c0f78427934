"""How far a tool is, read from its log, and the line that says so."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

# MMEngine's progress lines, of training and of testing: `Iter(train) [ 10/400]`.
_ITERATION = re.compile(r'Iter\((train|val|test)\) \[\s*(\d+)/(\d+)\]')
BAR_WIDTH = 24


@dataclass
class LogReader:
    """Finds the last iteration in a growing log file.

    A training also validates: its share of the time is small, so only the loop that the stage is
    about (the first one seen) counts.

    Attributes:
        path: The log.
        done: Iterations done.
        total: Iterations in all; 0 until the first is logged.
    """

    path: Path
    done: int = 0
    total: int = 0
    _loop: str | None = None
    _offset: int = 0

    def update(self) -> None:
        """Read what was added since the last call."""
        if not self.path.exists():
            return
        with open(self.path, 'rb') as log:
            log.seek(self._offset)
            content = log.read()
        # A line that is still being written is read the next time.
        content = content[: content.rfind(b'\n') + 1]
        self._offset += len(content)
        text = content.decode('utf-8', errors='replace')
        for loop, done, total in _ITERATION.findall(text):
            if self._loop in (None, loop):
                self._loop, self.done, self.total = loop, int(done), int(total)


@dataclass
class Estimate:
    """Time left, from the pace since the first iteration that was seen.

    Loading and compiling before it, and iterations of an earlier attempt, are thus left out.

    Attributes:
        expected_seconds: Of the whole stage, used until there is a pace.
        started: Time at which the stage began (monotonic clock).
    """

    expected_seconds: float
    started: float = field(default_factory=time.monotonic)
    _first: tuple[float, int] | None = None
    _last: tuple[float, int] | None = None

    def seconds_left(self, done: int, total: int, now: float) -> float | None:
        """Seconds until the stage ends.

        Args:
            done: Iterations done.
            total: Iterations in all; 0 if unknown.
            now: The time (monotonic clock).

        Returns:
            Never negative; None where there is no pace yet and the expected time is over.
        """
        if total and self._first is None:
            self._first = self._last = (now, done)
        if total and done > self._last[1]:
            self._last = (now, done)
        if not total or self._last[1] == self._first[1]:
            left = self.expected_seconds - (now - self.started)
            return left if left > 0 else None
        pace = (self._last[0] - self._first[0]) / (self._last[1] - self._first[1])
        return max(0.0, pace * (total - done) - (now - self._last[0]))


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds: ``200`` -> ``'3:20'``."""
    return f'{int(seconds) // 60}:{int(seconds) % 60:02d}'


def _clock_or_unknown(seconds: float | None) -> str:
    return '?:??' if seconds is None else clock(seconds)


def progress_line(title: str, done: int, total: int, left: float | None, later: float) -> str:
    """One line that says how far a stage is.

    Args:
        title: Name of the stage.
        done: Iterations done.
        total: Iterations in all; 0 while the tool is still loading.
        left: Seconds left in the stage; None if unknown.
        later: Seconds that the stages after it are expected to take.
    """
    share = done / total if total else 0.0
    bar = ('#' * round(BAR_WIDTH * share)).ljust(BAR_WIDTH, '.')
    in_all = None if left is None else left + later
    count = f'{done}/{total}' if total else 'loading'
    return (
        f'{title:<26}[{bar}] {100 * share:3.0f} % {count:>8}  '
        f'{_clock_or_unknown(left)} left, {_clock_or_unknown(in_all)} in all'
    )


class ProgressDisplay:
    """Shows progress lines: in place on a terminal, now and then elsewhere.

    Args:
        stream: Where to.
        every_seconds: Distance of the lines where the stream is no terminal.
    """

    def __init__(self, stream: TextIO, every_seconds: float = 20.0) -> None:
        self.stream = stream
        self.live = stream.isatty()
        self.every_seconds = every_seconds
        self._shown_at: float | None = None
        self._width = 0

    def show(self, line: str, now: float) -> None:
        """Show a line, unless one was shown a moment ago and nobody watches."""
        if self.live:
            self.stream.write('\r' + line.ljust(self._width))
            self._width = len(line)
        elif self._shown_at is None or now - self._shown_at >= self.every_seconds:
            self._shown_at = now
            self.stream.write(line + '\n')
        self.stream.flush()

    def close(self, line: str) -> None:
        """Show the last line of a stage."""
        self.stream.write(('\r' + line.ljust(self._width) if self.live else line) + '\n')
        self.stream.flush()
        self._shown_at, self._width = None, 0
