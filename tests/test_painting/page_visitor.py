"""A visitor of the page without a browser: what its script says to the server, and hears."""

import asyncio
import base64
import json
import random
import re
import uuid
from urllib.parse import urlencode

import aiohttp
import numpy as np
import socketio

# The longest that one waits for a picture, behind all the others.
PATIENCE = 60.0


class Visitor:
    """One tab: it paints, waits for the picture, and knows what its layout has to be.

    Args:
        address: Of the page, on this machine.
        number: Seed of what it paints.
    """

    def __init__(self, address: str, number: int) -> None:
        self.address, self.random = address, random.Random(number)
        self.tab = str(uuid.uuid4())
        self.layout: np.ndarray | None = None
        self.pictures = 0

    async def enter(self) -> None:
        """Load the page, or load it again, until its picture is there."""
        self.elements: dict[str, dict] = {}
        self.arrived = asyncio.Event()
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(self.address) as got,
        ):
            assert got.status == 200
            page = await got.text()
        self.client = re.search(r"'client_id': '([0-9a-f-]{36})'", page)[1]
        query = dict(
            client_id=self.client,
            next_message_id=0,
            implicit_handshake='true',
            document_id=str(uuid.uuid4()),
            tab_id=self.tab,
            old_tab_id='',
        )
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on('update', self._update)
        await self.socket.connect(
            f'{self.address}?{urlencode(query)}',
            socketio_path='/_nicegui_ws/socket.io',
            transports=['websocket'],
            wait_timeout=PATIENCE,
        )
        await self._wait()
        found = self.canvas['props']['layout']
        ids = np.frombuffer(base64.b64decode(found['ids']), '<u2')
        shown = ids.reshape(found['height'], found['width']).copy()
        assert self.layout is None or np.array_equal(shown, self.layout), 'a layout was lost'
        self.layout = shown

    async def leave(self) -> None:
        await self.socket.disconnect()

    async def _update(self, message: dict) -> None:
        number = message.pop('_id')
        for key, element in message.items():
            self.elements.setdefault(key, {}).update(element or {})
            if element and element.get('props', {}).get('alt') == 'generated picture':
                self.arrived.set()
        answer = dict(client_id=self.client, next_message_id=number + 1)
        await self.socket.emit('ack', answer)

    async def _wait(self) -> None:
        while True:
            await asyncio.wait_for(self.arrived.wait(), PATIENCE)
            self.arrived.clear()
            if self._find('img')['props'].get('src'):
                break
        self.pictures += 1

    def _find(self, tag: str) -> dict:
        kinds = (each for each in self.elements.values() if each.get('tag') == tag)
        return next(e for e in kinds if tag != 'img' or e['props']['alt'] == 'generated picture')

    @property
    def canvas(self) -> dict:
        """The element that is painted on."""
        return self._find('nicegui-canvas')

    @property
    def picture(self) -> bytes:
        """The picture that is shown, a PNG."""
        return base64.b64decode(self._find('img')['props']['src'].partition(',')[2])

    async def paint(self) -> None:
        """Draw a rectangle in another class, and wait for the picture of it."""
        height, width = self.layout.shape
        top, left = self.random.randrange(height - 8), self.random.randrange(width - 8)
        label = (int(self.layout[top, left]) + self.random.randrange(1, 8)) % 8
        runs = [part for row in range(top, top + 8) for part in (row * width + left, 8)]
        self.layout[top : top + 8, left : left + 8] = label
        number = self.canvas['props']['layout']['number']
        event = dict(runs=runs, label=label, number=number)
        ((key, canvas),) = (
            pair for pair in self.elements.items() if pair[1].get('tag') == 'nicegui-canvas'
        )
        listener = next(each for each in canvas['events'] if each['type'] == 'stroke')
        self.arrived.clear()
        await self.socket.emit(
            'event',
            dict(
                id=int(key),
                client_id=self.client,
                listener_id=listener['listener_id'],
                args=[json.dumps(event)],
            ),
        )
        await self._wait()
