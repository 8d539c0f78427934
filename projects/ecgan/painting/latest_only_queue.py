"""One piece of work at a time, and the newest of each user only."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class LatestOnlyQueue:
    """Works for many users in one thread, so that an event loop stays free.

    Users wait in the order in which they came. Who asks again while still waiting keeps the place,
    and the older request is dropped.

    Args:
        work: What is done with a request, in the thread.
    """

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self._work = work
        self._waiting: dict[str, tuple[Any, asyncio.Future]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix='latest_only_queue')
        self._worker: asyncio.Task | None = None

    async def submit(self, user: str, request: Any) -> Any:
        """Wait for one's turn and for the work on a request.

        Returns:
            What the work returned; None if a newer request of this user came before its turn.

        Raises:
            Exception: What the work raised.
        """
        answer = asyncio.get_running_loop().create_future()
        if user in self._waiting:
            older = self._waiting[user][1]
            if not older.done():
                older.set_result(None)
        self._waiting[user] = request, answer
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            request, answer = self._waiting.pop(next(iter(self._waiting)))
            # A page that was closed no longer waits for its answer.
            if answer.done():
                continue
            try:
                result = await loop.run_in_executor(self._thread, self._work, request)
            except Exception as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(result)
