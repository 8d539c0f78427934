"""A visitor of the page without a browser: what its script says to the server, and hears."""

import asyncio
import base64
import json
import random
import re
import time
import uuid
from functools import partial
from urllib.parse import urlencode

import aiohttp
import numpy as np
import socketio

# The longest that one waits for a picture, behind all the others.
PATIENCE = 120.0
# What the script does when it cannot reach the server: try again.
PAUSE = 0.5


class ServerGoneError(Exception):
    """The connection has ended."""


GONE = (ServerGoneError, aiohttp.ClientError, OSError, socketio.exceptions.SocketIOError)


class Visitor:
    """One tab: it paints, waits for the picture, and knows what its layout has to be.

    Attributes:
        layout: What it painted, None before it has seen the page.
        seen: Each layout and the picture that was shown for it, a PNG.
        waits: Seconds from a stroke to its picture.

    Args:
        address: Of the page, on this machine.
        number: Seed of what it paints.
    """

    def __init__(self, address: str, number: int) -> None:
        self.address, self.random = address, random.Random(number)
        self.tab = str(uuid.uuid4())
        self.layout: np.ndarray | None = None
        self.seen: list[tuple[np.ndarray, bytes]] = []
        self.waits: list[float] = []
        # What the script keeps in the browser when the page is left.
        self._kept = ''

    async def enter(self) -> None:
        """Load the page, or load it again, until its picture is there."""
        self.elements: dict[str, dict] = {}
        self.arrived, self.is_gone = asyncio.Event(), False
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
        self.socket.on('run_javascript', self._run_javascript)
        self.socket.on('disconnect', partial(self._disconnected, self.socket))
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
        self._note()

    async def leave(self) -> None:
        self._keep()
        await self.socket.disconnect()

    async def come_back(self) -> None:
        """Load the page again as soon as there is a server, as the script does."""
        self._keep()
        while True:
            try:
                return await self.enter()
            except GONE:
                await asyncio.sleep(PAUSE)

    def _keep(self) -> None:
        if self.layout is None:
            return
        flat = self.layout.ravel()
        starts = np.flatnonzero(np.diff(flat, prepend=flat[0] + 1))
        runs = np.stack([flat[starts], np.diff(starts, append=flat.size)], 1).ravel()
        height, width = self.layout.shape
        self._kept = json.dumps(dict(tab=self.tab, height=height, width=width, runs=runs.tolist()))

    async def _acknowledge(self, message: dict) -> None:
        number = message.pop('_id')
        await self.socket.emit('ack', dict(client_id=self.client, next_message_id=number + 1))

    async def _update(self, message: dict) -> None:
        await self._acknowledge(message)
        for key, element in message.items():
            self.elements.setdefault(key, {}).update(element or {})
            if element and element.get('props', {}).get('alt') == 'generated picture':
                self.arrived.set()

    async def _run_javascript(self, message: dict) -> None:
        await self._acknowledge(message)
        if 'tabMemory.forget' in message['code']:
            self._kept = ''
        if request := message.get('request_id'):
            result = self._kept if message['code'] == 'tabMemory.piece(0)' else ''
            answer = dict(request_id=request, client_id=self.client, result=result)
            await self.socket.emit('javascript_response', answer)

    def _disconnected(self, socket: socketio.AsyncClient, *reason: str) -> None:
        if socket is self.socket:
            self.is_gone = True
            self.arrived.set()

    async def _wait(self) -> None:
        while True:
            await asyncio.wait_for(self.arrived.wait(), PATIENCE)
            self.arrived.clear()
            if self.is_gone:
                raise ServerGoneError
            if self._find('img')['props'].get('src'):
                return

    def _note(self) -> None:
        picture = self._find('img')['props']['src'].partition(',')[2]
        self.seen.append((self.layout.copy(), base64.b64decode(picture)))

    def _find(self, tag: str) -> dict:
        kinds = (each for each in self.elements.values() if each.get('tag') == tag)
        return next(e for e in kinds if tag != 'img' or e['props']['alt'] == 'generated picture')

    @property
    def canvas(self) -> dict:
        """The element that is painted on."""
        return self._find('nicegui-canvas')

    async def paint(self) -> None:
        """Draw a rectangle in another class, and wait for the picture of it.

        Raises:
            ServerGoneError: There is no server; the rectangle stays drawn.
        """
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
        if self.is_gone:
            raise ServerGoneError
        self.arrived.clear()
        start = time.monotonic()
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
        self.waits.append(time.monotonic() - start)
        self._note()
