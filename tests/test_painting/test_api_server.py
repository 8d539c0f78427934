"""The API as the tool serves it: beside the page, until it is stopped."""

import json
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import numpy as np
import pytest

pytest.importorskip('nicegui')
from page_server import served

from projects.ecgan.painting import write_picture

pytestmark = pytest.mark.slow
CALLS = 12


def post(address: str, layout: bytes) -> tuple[int, bytes]:
    """Status and content of an answer."""
    request = urllib.request.Request(f'{address}api/generate', layout, method='POST')
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def health(address: str) -> dict:
    with urllib.request.urlopen(f'{address}api/health', timeout=60) as answer:
        return json.load(answer)


def until(address: str, waiting: int) -> None:
    """Wait for so many calls to wait at least, or for none."""
    end = time.monotonic() + 200
    while time.monotonic() < end:
        found = health(address)['waiting']
        if found >= waiting > 0 or found == waiting == 0:
            return
        time.sleep(0.02)
    raise AssertionError(f'{health(address)}, not {waiting}')


def test_who_goes_away_is_forgotten_and_a_stop_answers_the_rest(
    repo_root, checkpoint, inferencer, tmp_path
):
    ids = np.random.default_rng(0).integers(0, 8, (192, 192)).astype(np.uint8)
    layout, expected = write_picture(ids.astype(np.uint16)), write_picture(inferencer(ids).image)
    with served(repo_root, checkpoint, tmp_path, '--api') as server:
        url = urlsplit(server.address)
        assert post(server.address, layout) == (200, expected)
        head = f'POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Length: {len(layout)}\r\n\r\n'
        gone = [socket.create_connection((url.hostname, url.port)) for _ in range(CALLS)]
        for each in gone:
            each.sendall(head.encode() + layout)
        until(server.address, waiting=CALLS // 2)
        for each in gone:
            each.close()
        # That at work is done, and none of the rest.
        until(server.address, waiting=0)
        with ThreadPoolExecutor(CALLS) as threads:
            calls = [threads.submit(post, server.address, layout) for _ in range(CALLS)]
            until(server.address, waiting=CALLS // 2)
            assert server.stop() == 0
            answers = [call.result() for call in calls]
        for status, content in answers:
            if status == 200:
                assert content == expected
            else:
                assert status == 503
                assert 'the server stops' in json.loads(content)['error']
        assert 'Traceback' not in server.log


def test_without_the_switch_there_is_none(address):
    status, content = post(address, b'x')
    assert status == 404
    assert json.loads(content)['error'].endswith('has to be started with --api')
    with urllib.request.urlopen(address, timeout=60) as answer:
        assert answer.status == 200
