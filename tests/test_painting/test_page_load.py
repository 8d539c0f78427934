"""Many visitors of the page and callers of the API: each has its own layout, nothing is lost.

Meanwhile the server is killed and started anew; memory stays level.
"""

import asyncio
import os
import random
import time
from statistics import median

import pytest
from campaign_results import report
from memory import resident, slope

pytest.importorskip('nicegui')
pytest.importorskip('socketio')
pytest.importorskip('aiohttp')
from api_caller import Caller
from page_server import PageServer, served
from page_visitor import GONE, Visitor

from projects.ecgan.datasets import draw_scene
from projects.ecgan.painting.layout_files import write_picture

pytestmark = pytest.mark.campaign
VISITORS = int(os.environ.get('ECGAN_LOAD_VISITORS', '50'))
# More than the queue has places for.
CALLERS = VISITORS * 4 // 5
LAYOUTS = 2
# Strokes.
RELOAD_AFTER = 3
# Pictures by which memory is judged; a slow machine takes longer.
ENOUGH = 10 * VISITORS
# Set to anything, loads last as long as they say; otherwise a part of that.
SECONDS = 120 if os.environ.get('ECGAN_LOAD_WHOLE') else 40
# Pictures of the page that are made anew and compared, beside the last one of each visitor.
COMPARED = 200
# MB of a change that can be undone, 2 bytes a pixel; a tab keeps 100 of them at most.
_UNDO = 64 * 64 * 2 / 2**20
MOST_MB = 1.0


async def visit(visitor: Visitor, is_over: asyncio.Event) -> None:
    """Come, paint, load the page again once, and whenever the server was away."""
    await visitor.come_back()
    while not is_over.is_set():
        try:
            await visitor.paint()
            if len(visitor.waits) == RELOAD_AFTER:
                await visitor.leave()
                await visitor.enter()
        except GONE:
            await visitor.come_back()
        # Who paints pauses.
        await asyncio.sleep(visitor.random.uniform(0.2, 1.0))


class Crowd:
    """Visitors and callers at one server.

    Attributes:
        visitors: The visitors.
        callers: The callers.
        down: Seconds for which the server was away, its start included.
        back: Seconds from then on until each visitor was back.
        watched: Pieces of work so far and memory then, of the second server, twice a second.
    """

    def __init__(self, server: PageServer, layouts: list[tuple[bytes, bytes]]) -> None:
        self.server, self.watched = server, []
        self.visitors = [Visitor(server.address, number) for number in range(VISITORS)]
        self.callers = [
            Caller(server.address, number, layouts[number * LAYOUTS : (number + 1) * LAYOUTS])
            for number in range(CALLERS)
        ]

    @property
    def done(self) -> int:
        """Pictures so far."""
        seen = sum(len(each.seen) for each in self.visitors)
        return seen + sum(len(each.waits) for each in self.callers)

    async def run(self) -> None:
        """All at once, a quarter of the time at the first server."""
        is_over = asyncio.Event()
        at_work = asyncio.gather(
            *(visit(each, is_over) for each in self.visitors),
            *(each.work(is_over) for each in self.callers),
        )
        try:
            await asyncio.sleep(SECONDS / 4)
            start = time.monotonic()
            self.server.kill()
            await asyncio.to_thread(self.server.start)
            self.down = time.monotonic() - start
            before = [len(each.seen) for each in self.visitors]
            pairs = list(zip(self.visitors, before))
            while any(len(each.seen) == old for each, old in pairs) and not at_work.done():
                await asyncio.sleep(0.05)
            self.back = time.monotonic() - start - self.down
            end, enough = time.monotonic() + SECONDS * 3 / 4, self.done + ENOUGH
            while (time.monotonic() < end or self.done < enough) and not at_work.done():
                self.watched.append((self.done, resident(self.server.process.pid)))
                await asyncio.sleep(0.5)
        finally:
            is_over.set()
        await at_work
        await asyncio.gather(*(each.leave() for each in self.visitors))


def waits(found: list) -> str:
    every = [seconds for each in found for seconds in each.waits]
    return f'{median(every):.2f} s in the median and {max(every):.2f} s at worst'


def test_many_visitors_and_callers(
    repo_root, checkpoint, inferencer, tmp_path_factory, record_property
) -> None:
    maps = [draw_scene(index, 1, (64, 64))[1] for index in range(CALLERS * LAYOUTS)]
    layouts = [
        (write_picture(each.astype('uint16')), write_picture(inferencer(each).image))
        for each in maps
    ]
    with served(repo_root, checkpoint, tmp_path_factory.mktemp('server'), '--api') as server:
        crowd = Crowd(server, layouts)
        asyncio.run(crowd.run())
    visitors, callers = crowd.visitors, crowd.callers
    shown = [each.seen[-1] for each in visitors]
    every = [pair for each in visitors for pair in each.seen]
    shown += random.Random(0).sample(every, min(COMPARED, len(every)))
    for layout, picture in shown:
        expected = write_picture(inferencer(layout).image)
        assert picture == expected, "a picture is not that of the visitor's layout"
    assert min(len(each.seen) for each in visitors) >= 4
    assert min(len(each.waits) for each in callers) >= 2
    assert sum(each.gone for each in callers) > 0
    grown = slope(*map(list, zip(*crowd.watched)))
    assert grown < MOST_MB + 100 * _UNDO, crowd.watched
    calls = sum(len(each.waits) for each in callers)
    report(
        record_property,
        'load, page',
        f'{VISITORS} visitors of the page and {CALLERS} callers of the API at once for '
        f'{SECONDS} s, the server killed meanwhile and started anew ({crowd.down:.0f} s): '
        f'{len(every)} pictures on the page and {calls} answers, none lost or of another layout; '
        f'{len(shown)} pictures and all answers were compared byte by byte. From a stroke to its '
        f'picture it took {waits(visitors)}, from a call to its answer {waits(callers)}; '
        f'{sum(each.busy for each in callers)} calls met a full queue and '
        f'{sum(each.gone for each in callers)} no server, and were sent again; all visitors had '
        f'their layouts back {crowd.back:.1f} s after the start. Memory '
        f'{crowd.watched[-1][1]:.0f} MB, by the second half {max(grown, 0):.2f} MB more for 100 '
        f'pictures, of which the changes that can be undone are {100 * _UNDO:.2f} at most.',
    )
