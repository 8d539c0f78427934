#!/usr/bin/env bash
# NiceGUI's root function answers every address that there is not, by any method, with status 200.
#
# nicegui 3.18.0, ui.run(root): a POST to an address that nobody has defined gets the page, as HTML with
# status 200, as does a health check of an API that is not there. Who serves an API beside the page, and may be
# started without it, has to mount something below its path in any case.
# Guessed: 404 or 405.
#
# Seen:
#> GET /: 200 text/html
#> POST /: 200 text/html
#> GET /api/health: 200 text/html
#> POST /api/generate: 200 text/html
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq nicegui==3.18.0
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import asyncio
import socket

import httpx
from nicegui import app, ui

with socket.socket() as probe:
    probe.bind(('127.0.0.1', 0))
    port = probe.getsockname()[1]


async def ask():
    async with httpx.AsyncClient(base_url=f'http://127.0.0.1:{port}', timeout=60) as client:
        for _ in range(100):
            try:
                await client.get('/')
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
        for method, path in (('GET', '/'), ('POST', '/'), ('GET', '/api/health'), ('POST', '/api/generate')):
            answer = await client.request(method, path)
            kind = answer.headers.get('content-type', '').partition(';')[0]
            print(f'{method} {path}: {answer.status_code} {kind}', flush=True)
    app.shutdown()


app.on_startup(lambda: asyncio.create_task(ask()))
ui.run(lambda: ui.label('page'), host='127.0.0.1', port=port, show=False, reload=False, show_welcome_message=False)
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
