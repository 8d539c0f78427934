"""The queue at the model: who is served when, who is refused, and who costs nothing."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial

import pytest

from projects.ecgan.painting import ModelQueue
from projects.ecgan.painting.model_queue import BusyError


class Work:
    """Work that waits behind a gate, and what of it was done."""

    def __init__(self) -> None:
        self.gate, self.done = threading.Event(), []

    def __call__(self, name: str) -> Callable[[], str]:
        return partial(self._work, name)

    def _work(self, name: str) -> str:
        self.gate.wait(10)
        self.done.append((name, threading.current_thread().name))
        return name.upper()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.done]


async def in_place(queue: ModelQueue, caller: str, work: Callable[[], str]) -> str:
    with queue.place(caller):
        return await queue.call(caller, work)


async def started(*waiting: object) -> list[asyncio.Task]:
    """Each one asks after the one before has its place."""
    tasks = []
    for each in waiting:
        tasks.append(asyncio.create_task(each))
        await asyncio.sleep(0.02)
    return tasks


def test_a_newer_request_of_a_tab_replaces_a_waiting_one():
    work = Work()

    async def run() -> list:
        queue = ModelQueue()
        names = ('a1', 'b1', 'a2', 'b2', 'a3')
        asked = await started(*(queue.newest(name[0], work(name)) for name in names))
        work.gate.set()
        return await asyncio.gather(*asked)

    assert asyncio.run(run()) == ['A1', None, None, 'B2', 'A3']
    assert work.names == ['a1', 'b2', 'a3']
    assert len({name for _, name in work.done}) == 1 and 'model_queue' in work.done[0][1]


def test_page_and_callers_take_turns_and_so_do_callers():
    work = Work()

    async def run() -> list:
        queue = ModelQueue()
        asked = [queue.newest(f'tab{i}', work(f'tab{i}')) for i in range(5)]
        # The first caller asks for much before the second one comes.
        asked += [in_place(queue, 'x', work(f'x{i}')) for i in range(4)]
        asked += [in_place(queue, 'y', work('y0'))]
        asked = await started(*asked)
        assert (queue.waiting, queue.is_idle) == (9, False)
        work.gate.set()
        answers = await asyncio.gather(*asked)
        assert queue.is_idle
        return answers

    answers = asyncio.run(run())
    assert [answer.lower() for answer in answers] == sorted(work.names)
    expected = ['tab0', 'x0', 'tab1', 'y0', 'tab2', 'x1', 'tab3', 'x2', 'tab4', 'x3']
    assert work.names == expected


def test_a_full_queue_refuses_but_not_for_one_greedy_caller():
    work = Work()

    async def run() -> list:
        queue = ModelQueue(max_calls=4)
        greedy = await started(*(in_place(queue, 'x', work(f'x{i}')) for i in range(4)))
        with pytest.raises(BusyError, match='the queue is full: 4 calls are at work') as caught:
            await in_place(queue, 'x', work('x4'))
        assert caught.value.seconds == 2
        others = await started(*(in_place(queue, 'y', work(f'y{i}')) for i in range(3)))
        work.gate.set()
        return await asyncio.gather(*greedy, *others, return_exceptions=True)

    *first, y0, y1, y2 = asyncio.run(run())
    # Two places each; the newest calls of the greedy one lost theirs.
    assert first[:2] == ['X0', 'X1'] and (y0, y1) == ('Y0', 'Y1')
    assert all(isinstance(each, BusyError) for each in (*first[2:], y2))
    assert work.names == ['x0', 'x1', 'y0', 'y1']


def test_errors_reach_who_asked_and_nobody_else():
    async def run() -> list:
        queue = ModelQueue()
        asked = [queue.newest(str(number), partial(lambda x: 1 / x, number)) for number in (0, 2)]
        first = await asyncio.gather(*asked, return_exceptions=True)
        return [*first, await queue.newest('2', lambda: 0.25)]

    error, *rest = asyncio.run(run())
    assert isinstance(error, ZeroDivisionError) and rest == [0.5, 0.25]


def test_who_went_away_is_left_out_and_leaves_the_place_at_once():
    work = Work()

    async def run() -> None:
        queue = ModelQueue(max_calls=2)
        first, tab = await started(
            in_place(queue, 'x', work('0')), queue.newest('tab', work('tab'))
        )
        (second,) = await started(in_place(queue, 'y', work('1')))
        for task in (first, second, tab):
            task.cancel()
        await asyncio.sleep(0.02)
        assert queue.waiting == 0 and not queue.is_idle
        (third,) = await started(in_place(queue, 'z', work('2')))
        work.gate.set()
        assert await third == '2'
        with pytest.raises(asyncio.CancelledError):
            await second

    asyncio.run(run())
    assert work.names == ['0', '2']


def test_a_stop_answers_everybody():
    work = Work()

    async def run() -> list:
        queue = ModelQueue()
        asked = await started(
            *(in_place(queue, 'x', work(f'x{i}')) for i in range(2)), queue.newest('tab', work('t'))
        )
        queue.refuse_waiting()
        for late in (in_place(queue, 'y', work('y')), queue.newest('other', work('o'))):
            with pytest.raises(BusyError, match='the server stops'):
                await late
        answers = await asyncio.gather(*asked, return_exceptions=True)
        work.gate.set()
        return answers

    assert all(isinstance(answer, BusyError) for answer in asyncio.run(run()))
    assert set(work.names) <= {'x0'}
