"""The queue at the model: one piece of work at a time, in a fair order."""

import asyncio
import math
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from ..errors import UserError

#: Calls that are received, waiting or worked on at a time.
MAX_CALLS = 32
# Weight of the newest piece of work in the mean of what one takes.
_NEWEST = 0.2
# After a stop, until a server that is started anew answers.
_RESTART_SECONDS = 10


class BusyError(UserError):
    """There is no place for a call; the message is one sentence.

    Args:
        sentence: What it is.
        seconds: After how many it is worth trying again.
    """

    def __init__(self, sentence: str, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


@dataclass(eq=False)
class _Job:
    work: Callable[[], Any]
    answer: asyncio.Future


class _Lane:
    """Users in turn, each with what it waits for."""

    def __init__(self) -> None:
        self.users: dict[str, deque[_Job]] = {}

    def __len__(self) -> int:
        return sum(map(len, self.users.values()))

    def put(self, user: str, job: _Job) -> None:
        self.users.setdefault(user, deque()).append(job)

    def take(self) -> _Job:
        """The oldest job of the user whose turn it is; the user goes to the end."""
        user = next(iter(self.users))
        jobs = self.users.pop(user)
        job = jobs.popleft()
        if jobs:
            self.users[user] = jobs
        return job

    def drop(self, user: str, job: _Job) -> None:
        """Forget a job, if it waits still."""
        jobs = self.users.get(user, ())
        if job in jobs:
            jobs.remove(job)
            if not jobs:
                del self.users[user]


class ModelQueue:
    """Works in one thread for the tabs of the page and for callers, so that an event loop is free.

    The page and the callers take turns, and so do the tabs among themselves, and the callers. Of a
    tab the newest piece of work counts only; of a caller each one does, and there is a place for
    so many in all. When these are taken, a caller who holds few gets that of the caller who
    holds most.

    Args:
        max_calls: Places of the callers.
    """

    def __init__(self, max_calls: int = MAX_CALLS) -> None:
        self.stopping = False
        self._max_calls = max_calls
        self._places: Counter[str] = Counter()
        self._tabs, self._calls = _Lane(), _Lane()
        self._turns = deque([self._tabs, self._calls])
        self._seconds = 1.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix='model_queue')
        self._worker: asyncio.Task | None = None
        self._current: _Job | None = None

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for their turn."""
        return len(self._tabs) + len(self._calls)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to wait for."""
        return self._current is None and not self.waiting

    async def newest(self, tab: str, work: Callable[[], Any]) -> Any:
        """Wait for a tab's turn and for its work; one that waits already keeps its place.

        Returns:
            What the work returned; None if a newer one of this tab came before its turn.

        Raises:
            BusyError: The server stops.
            Exception: What the work raised.
        """
        older = self._tabs.users.get(tab)
        if older is None:
            return await self._turn(self._tabs, tab, work)
        job = _Job(work, self._future())
        if not older[0].answer.done():
            older[0].answer.set_result(None)
        older[0] = job
        return await self._answer(self._tabs, tab, job)

    @contextmanager
    def place(self, caller: str) -> Iterator[None]:
        """Hold a place for a call from its first byte to its answer.

        Raises:
            BusyError: All are taken, or the server stops.
        """
        if self.stopping:
            raise _stopping()
        if self._places.total() >= self._max_calls:
            self._make_room(caller)
        self._places[caller] += 1
        try:
            yield
        finally:
            self._places[caller] -= 1
            self._places += Counter()  # forgets callers without a place

    async def call(self, caller: str, work: Callable[[], Any]) -> Any:
        """Wait for a caller's turn and for the work.

        Returns:
            What the work returned.

        Raises:
            BusyError: The place was lost to another caller, or the server stops.
            Exception: What the work raised.
        """
        return await self._turn(self._calls, caller, work)

    def refuse_waiting(self) -> None:
        """Answer all that wait, also for what is worked on: the server stops."""
        self.stopping = True
        jobs = [lane.take() for lane in self._turns for _ in range(len(lane))]
        for job in filter(None, (self._current, *jobs)):
            if not job.answer.done():
                job.answer.set_exception(_stopping())

    def _make_room(self, caller: str) -> None:
        """Take the newest waiting call of the caller with most places, if that has many more."""
        longest, held = self._places.most_common(1)[0]
        jobs = self._calls.users.get(longest)
        full = BusyError(
            f'the queue is full: {self._max_calls} calls are at work; try again later',
            math.ceil(2 * self._seconds),  # a tab and a call later
        )
        if held <= self._places[caller] + 1 or not jobs:
            raise full
        job = jobs[-1]
        self._calls.drop(longest, job)
        if not job.answer.done():
            job.answer.set_exception(full)

    async def _turn(self, lane: _Lane, user: str, work: Callable[[], Any]) -> Any:
        job = _Job(work, self._future())
        lane.put(user, job)
        return await self._answer(lane, user, job)

    def _future(self) -> asyncio.Future:
        if self.stopping:
            raise _stopping()
        return asyncio.get_running_loop().create_future()

    async def _answer(self, lane: _Lane, user: str, job: _Job) -> Any:
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._run())
        try:
            return await job.answer
        finally:
            # Who goes away while waiting costs nothing.
            lane.drop(user, job)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            if not self._turns[0].users:
                self._turns.rotate()
            job = self._turns[0].take()
            self._turns.rotate()
            if job.answer.done():
                continue
            start, self._current = monotonic(), job
            try:
                result = await loop.run_in_executor(self._thread, job.work)
            except Exception as error:
                if not job.answer.done():
                    job.answer.set_exception(error)
            else:
                self._seconds += _NEWEST * (monotonic() - start - self._seconds)
                if not job.answer.done():
                    job.answer.set_result(result)
            finally:
                self._current = None


def _stopping() -> BusyError:
    return BusyError('the server stops; try again when it is back', _RESTART_SECONDS)
