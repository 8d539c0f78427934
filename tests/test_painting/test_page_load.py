"""Many visitors at the page: each has its own layout, nothing is lost, memory stays level."""

import asyncio
import os
import time

import pytest
from campaign_results import report
from memory import resident, slope

pytest.importorskip('nicegui')
pytest.importorskip('socketio')
pytest.importorskip('aiohttp')
from page_server import served
from page_visitor import Visitor

from projects.ecgan.painting.layout_files import write_picture

pytestmark = pytest.mark.campaign
VISITORS = 50
# Set to anything, loads last as long as they say; otherwise a part of that.
SECONDS = 120 if os.environ.get('ECGAN_LOAD_WHOLE') else 40
# MB of a change that can be undone, 2 bytes a pixel; a tab keeps 100 of them at most.
_UNDO = 64 * 64 * 2 / 2**20
MOST_MB = 1.0


async def visit(visitor: Visitor, end: float) -> None:
    """Come, paint for a quarter of the time, load the page again, paint until the end."""
    start = time.monotonic()
    await visitor.enter()
    for until in (start + (end - start) / 4, end):
        while time.monotonic() < until:
            await visitor.paint()
            # Who paints pauses.
            await asyncio.sleep(visitor.random.uniform(0.2, 1.0))
        if until < end:
            await visitor.leave()
            await visitor.enter()


async def watch(visitors: list, process: int, end: float) -> list[tuple[int, float]]:
    """Pictures so far and memory then, twice a second."""
    seen = []
    while time.monotonic() < end:
        seen.append((sum(each.pictures for each in visitors), resident(process)))
        await asyncio.sleep(0.5)
    return seen


async def crowd(address: str, process: int) -> tuple[list[Visitor], list[tuple[int, float]]]:
    """All visitors at once."""
    visitors, end = [Visitor(address, number) for number in range(VISITORS)], None
    end = time.monotonic() + SECONDS
    *_, seen = await asyncio.gather(
        *(visit(each, end) for each in visitors), watch(visitors, process, end)
    )
    await asyncio.gather(*(each.leave() for each in visitors))
    return visitors, seen


def test_fifty_visitors(
    repo_root, checkpoint, inferencer, tmp_path_factory, record_property
) -> None:
    folder = tmp_path_factory.mktemp('server')
    with served(repo_root, checkpoint, folder) as (address, process):
        visitors, seen = asyncio.run(crowd(address, process))
    for each in visitors:
        expected = write_picture(inferencer(each.layout).image)
        assert each.picture == expected, "a picture is not that of the visitor's layout"
    pictures = sum(each.pictures for each in visitors)
    assert min(each.pictures for each in visitors) >= 4
    grown = slope(*map(list, zip(*seen)))
    assert grown < MOST_MB + 100 * _UNDO
    report(
        record_property,
        'load, page',
        f'{VISITORS} visitors of the page for {SECONDS} s, each of whom loads it again once: '
        f'{pictures} pictures, none lost or of another layout; memory {seen[-1][1]:.0f} MB, by the '
        f'second half {max(grown, 0):.2f} MB more for 100 pictures, of which the changes that can '
        f'be undone are {100 * _UNDO:.2f}.',
    )
