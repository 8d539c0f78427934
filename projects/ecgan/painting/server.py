"""The server of the page."""

import socket
from functools import partial
from pathlib import Path

from nicegui import app, ui
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import ConfigError
from .layout_files import MAX_BYTES
from .page import PaintPage
from .shared_state import SharedState

# A phone that sleeps for a while finds its page as it was.
RECONNECT_SECONDS = 60.0
# Layouts of tabs that nobody came back to are dropped.
TAB_SECONDS = 12 * 3600.0
# What a form adds to its file.
_FORM_BYTES = 2**16


class BodyLimit:
    """Refuses requests that bring more than a label map, before anything of them is read."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope['type'] == 'http' and scope['method'] not in ('GET', 'HEAD', 'OPTIONS'):
            headers = dict(scope['headers'])
            length = headers.get(b'content-length', b'')
            if not length.isdigit() or int(length) > MAX_BYTES + _FORM_BYTES:
                refusal = PlainTextResponse('too large, or of unknown length', 413)
                await refusal(scope, receive, send)
                return
        await self.application(scope, receive, send)


async def open_page(shared: SharedState, style: str) -> None:
    """Fill the page of the visitor in whose context this runs."""
    client = ui.context.client
    ui.add_head_html(f'<style>{style}</style>')
    await client.connected()
    # Who fetches the page and never opens it, such as a probe, is given up after a while.
    if not client.has_socket_connection:
        return
    user, kept = client.tab_id, app.storage.tab
    # A duplicated tab gets the storage of the first one; it is another tab, and paints anew.
    if user not in kept:
        kept.clear()
        kept[user] = shared.new_session()
    await PaintPage(shared, user, kept[user]).generate()


def serve(shared: SharedState, host: str, port: int) -> None:
    """Serve the page until the process is stopped.

    Raises:
        ConfigError: The address cannot be listened on.
    """
    _check_address(host, port)
    style = (Path(__file__).parent / 'page.css').read_text(encoding='utf-8')

    # Darker than the library's, which is hard to read on white.
    app.colors(primary='#1565c0')
    app.storage.max_tab_storage_age = TAB_SECONDS
    app.add_middleware(BodyLimit)
    print(f'{shared.inferencer.checkpoint} at http://{host}:{port}/ (Ctrl-C stops)', flush=True)
    ui.run(
        partial(open_page, shared, style),
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
    )


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
