"""The server refuses what it need not read, and addresses that are taken."""

import asyncio
import json
import socket

import pytest

pytest.importorskip('nicegui')

from nicegui import Client, ui
from starlette.requests import Request

from projects.ecgan.errors import ConfigError
from projects.ecgan.painting import MAX_BYTES
from projects.ecgan.painting.server import BodyLimit, open_page, serve


def answers(method: str, path: str = '/', **headers: str) -> int | str:
    """Status of a refusal, or 'passed'."""

    async def application(scope: dict, receive: object, send: object) -> None:
        sent.append({'status': 'passed'})

    async def send(message: dict) -> None:
        sent.append(message)

    sent: list[dict] = []
    pairs = [(key.replace('_', '-').encode(), value.encode()) for key, value in headers.items()]
    scope = dict(type='http', method=method, path=path, headers=pairs)
    asyncio.run(BodyLimit(application)(scope, None, send))
    if len(sent) == 2:
        assert json.loads(sent[1]['body'])['error']
    return sent[0]['status']


def test_bodies_are_bounded():
    assert answers('GET') == 'passed'
    assert answers('POST', content_length='100') == 'passed'
    assert answers('POST', content_length=str(MAX_BYTES + 1000)) == 'passed'
    assert answers('POST', content_length=str(2 * MAX_BYTES)) == 413
    # Label map and instance map.
    assert answers('POST', '/api/generate', content_length=str(2 * MAX_BYTES)) == 'passed'
    assert answers('POST', '/api/generate', content_length=str(3 * MAX_BYTES)) == 413
    for method in ('POST', 'PUT'):
        assert answers(method) == 411
        assert answers(method, content_length='-1') == 411
        assert answers(method, content_length='x') == 411


def test_an_address_that_cannot_be_used_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f'cannot listen on 127.0.0.1, port {port}: .*--port'):
            serve(None, '127.0.0.1', port)
    for host, port in (('127.0.0.1', 70000), ('203.0.113.1', 8080)):
        with pytest.raises(ConfigError, match=f'cannot listen on {host}, port {port}'):
            serve(None, host, port)


def test_a_visitor_that_never_opens_the_page_is_given_up_in_silence():
    async def open_it(visitor: Client) -> None:
        with visitor:
            await open_page(None, '')

    async def visit() -> None:
        request = Request(dict(type='http', path='/', headers=[]))
        visitor = Client(ui.page('/'), request=request)
        page = asyncio.create_task(open_it(visitor))
        await asyncio.sleep(0)
        assert not page.done()
        visitor.delete()
        await page

    asyncio.run(visit())
