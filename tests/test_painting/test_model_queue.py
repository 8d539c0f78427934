"""One request at a time, the newest of each user."""

import asyncio
import threading

import pytest

from projects.ecgan.painting import LatestOnlyQueue


def test_a_newer_request_replaces_a_waiting_one():
    gate, done = threading.Event(), []

    def work(request: str) -> str:
        gate.wait(10)
        done.append((request, threading.current_thread().name))
        return request.upper()

    async def run() -> list:
        queue = LatestOnlyQueue(work)
        asked = []
        for user, request in (('a', 'a1'), ('b', 'b1'), ('a', 'a2'), ('b', 'b2'), ('a', 'a3')):
            asked.append(asyncio.create_task(queue.submit(user, request)))
            # Each one is asked after the one before has its place.
            await asyncio.sleep(0.02)
        gate.set()
        return await asyncio.gather(*asked)

    assert asyncio.run(run()) == ['A1', None, None, 'B2', 'A3']
    assert [request for request, _ in done] == ['a1', 'b2', 'a3']
    assert len({name for _, name in done}) == 1 and 'latest_only_queue' in done[0][1]


def test_errors_reach_who_asked_and_nobody_else():
    def work(request: int) -> float:
        return 1 / request

    async def run() -> list:
        queue = LatestOnlyQueue(work)
        asked = [queue.submit(str(number), number) for number in (0, 2)]
        first = await asyncio.gather(*asked, return_exceptions=True)
        return [*first, await queue.submit('2', 4)]

    error, *rest = asyncio.run(run())
    assert isinstance(error, ZeroDivisionError) and rest == [0.5, 0.25]


def test_who_went_away_is_left_out():
    gate, done = threading.Event(), []

    def work(request: int) -> int:
        gate.wait(10)
        done.append(request)
        return request

    async def run() -> None:
        queue = LatestOnlyQueue(work)
        asked = [asyncio.create_task(queue.submit(str(number), number)) for number in range(3)]
        await asyncio.sleep(0.02)
        for task in asked[:2]:
            task.cancel()
        await asyncio.sleep(0.02)
        gate.set()
        assert await asked[2] == 2
        with pytest.raises(asyncio.CancelledError):
            await asked[1]

    asyncio.run(run())
    assert done == [0, 2]
