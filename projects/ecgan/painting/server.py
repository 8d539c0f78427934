"""The server of the page, and of the API where it is asked for."""

import asyncio
import signal
import socket
import time
from functools import partial
from pathlib import Path

from nicegui import app, ui
from nicegui.server import Server
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import ConfigError
from .api import API_PATH, build_api, no_api, problem
from .api_calls import FILES
from .layout_files import MAX_BYTES
from .model_queue import ModelQueue
from .page import PaintPage
from .shared_state import SharedState
from .tab_memory import recall_layout, watch_layout

# A phone that sleeps for a while finds its page as it was.
RECONNECT_SECONDS = 60.0
# Layouts of tabs that nobody came back to are dropped.
TAB_SECONDS = 12 * 3600.0
# What a form adds to its file.
_FORM_BYTES = 2**16
# When the server is stopped, what waits is worked on for so long, and refused then; who still sends
# or receives is cut off later. Docker kills after 10 seconds.
FINISH_SECONDS = 5.0
STOP_SECONDS = 8


class BodyLimit:
    """Refuses requests that bring more than they may, before anything of them is read."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope['type'] == 'http' and scope['method'] not in ('GET', 'HEAD', 'OPTIONS'):
            length = dict(scope['headers']).get(b'content-length', b'')
            files = len(FILES) if scope['path'].startswith(f'{API_PATH}/') else 1
            most = files * MAX_BYTES + _FORM_BYTES
            refusal = None
            if not length.isdigit():
                refusal = problem(411, 'the length of the body is not said (Content-Length)')
            elif int(length) > most:
                refusal = problem(
                    413, f'the body has {int(length):,} bytes: a file has at most {MAX_BYTES:,}'
                )
            if refusal:
                await refusal(scope, receive, send)
                return
        await self.application(scope, receive, send)


async def open_page(shared: SharedState, head: str) -> None:
    """Fill the page of the visitor in whose context this runs."""
    client = ui.context.client
    ui.add_head_html(head)
    await client.connected()
    # Who fetches the page and never opens it, such as a probe, is given up after a while.
    if not client.has_socket_connection:
        return
    user, kept = client.tab_id, app.storage.tab
    left = await recall_layout(client, shared.labels.ids)
    if client.is_deleted:
        return
    # A duplicated tab gets the storage of the first one; it is another tab, and paints anew.
    is_new = user not in kept
    if is_new:
        kept.clear()
        kept[user] = shared.new_session()
    # What the browser shows is newer than what the server heard of before it went away.
    if left is not None and kept[user].replace(left):
        text = 'The layout is as you left it'
        if is_new:
            text += '; the server was started anew, and what you did before cannot be undone'
        ui.notify(text, multi_line=True, close_button='Close', timeout=8000)
    page = PaintPage(shared, user, kept[user])
    watch_layout(client, page.canvas.id)
    await page.generate()


def serve(shared: SharedState, host: str, port: int, with_api: bool = False) -> None:
    """Serve the page until the process is stopped.

    SIGTERM stops it as Ctrl-C does, by ``KeyboardInterrupt``, when what was accepted is answered.

    Args:
        shared: The model and its surroundings.
        host: Address to listen on.
        port: Port to listen on.
        with_api: Whether there is an API.

    Raises:
        ConfigError: The address cannot be listened on.
    """
    _check_address(host, port)
    # Darker than the library's, which is hard to read on white.
    app.colors(primary='#1565c0')
    app.storage.max_tab_storage_age = TAB_SECONDS
    app.add_middleware(BodyLimit)
    app.mount(API_PATH, build_api(shared) if with_api else no_api())
    app.on_startup(partial(_watch_for_stop, shared.queue))
    address = f'http://{host}:{port}'
    print(f'{shared.inferencer.checkpoint} at {address}/ (Ctrl-C stops)', flush=True)
    if with_api:
        print(f'for programs: {address}{API_PATH}/docs, without a password', flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    ui.run(
        partial(open_page, shared, _head()),
        host=host,
        port=port,
        title='Paint a layout',
        favicon='🎨',
        reload=False,
        show=False,
        show_welcome_message=False,
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def _head() -> str:
    style, script = (
        (Path(__file__).parent / name).read_text(encoding='utf-8')
        for name in ('page.css', 'tab_memory.js')
    )
    return f'<style>{style}</style><script>{script}</script>'


async def _watch_for_stop(queue: ModelQueue) -> None:
    """Answer what waits when the server has been asked to stop, in time."""
    while not Server.instance.should_exit:
        await asyncio.sleep(0.1)
    queue.stopping = True
    end = time.monotonic() + FINISH_SECONDS
    while not queue.is_idle and time.monotonic() < end:
        await asyncio.sleep(0.1)
    queue.refuse_waiting()


def _check_address(host: str, port: int) -> None:
    """Say in one line what the server would say in many."""
    if not 0 < port < 2**16:
        raise ConfigError(f'cannot listen on {host}, port {port}: ports are 1 to 65535; see --port')
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ConfigError(f'cannot listen on {host}, port {port}: {error}; see --port') from error
