"""A program that calls the API again and again, and tries again where it is not answered."""

import asyncio
import random
import time
from collections.abc import Sequence

import aiohttp
from page_visitor import PATIENCE, PAUSE


class Caller:
    """Sends layouts in turn; every one has to be answered with its own picture.

    Attributes:
        waits: Seconds from sending to the picture.
        busy: How often the queue was full.
        gone: How often there was no server, or it ended.

    Args:
        address: Of the page, on this machine.
        number: Seed of its pauses.
        layouts: Files of label maps, and of the pictures that they have to become.
    """

    def __init__(self, address: str, number: int, layouts: Sequence[tuple[bytes, bytes]]) -> None:
        self.url, self.random, self.layouts = (
            f'{address}api/generate',
            random.Random(number),
            layouts,
        )
        self.waits: list[float] = []
        self.busy = self.gone = 0

    async def call(self, session: aiohttp.ClientSession) -> None:
        """Call until there is an answer."""
        layout, expected = self.layouts[len(self.waits) % len(self.layouts)]
        while True:
            start = time.monotonic()
            try:
                async with session.post(self.url, data=layout) as answer:
                    status, headers, content = answer.status, answer.headers, await answer.read()
            except (aiohttp.ClientError, OSError):
                self.gone += 1
                await asyncio.sleep(PAUSE)
                continue
            if status == 503:
                self.busy += 1
                await asyncio.sleep(int(headers['Retry-After']))
                continue
            assert status == 200, content
            assert content == expected, 'a picture is not that of the layout that was sent'
            self.waits.append(time.monotonic() - start)
            return

    async def work(self, is_over: asyncio.Event) -> None:
        """Call until it is over, with pauses."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while not is_over.is_set():
                await self.call(session)
                await asyncio.sleep(self.random.uniform(0.2, 1.0))
