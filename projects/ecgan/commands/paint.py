"""Serve a page on which layouts are painted in the browser and become pictures at once."""

import argparse
import contextlib
import importlib.util
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import NoReturn

from .command_line import ROOT, ToolParser, run_tool

DEMO = Path('work_dirs/demo/ecgan')
BOX = 'scenes'


def find_checkpoint(*folders: Path) -> Path | str:
    """The newest checkpoint of the demo, of the first of the folders that has one.

    Returns:
        Its path; the name of the model that comes with the package where there is none.
    """
    for folder in folders:
        found = {
            int(match[1]): path
            for path in (folder / DEMO).glob('iter_*.pth')
            if (match := re.fullmatch(r'iter_(\d+)\.pth', path.name))
        }
        if found:
            return found[max(found)]
    return BOX


def paint(args: argparse.Namespace) -> NoReturn:
    """Serve the page until Ctrl-C or SIGTERM."""
    if importlib.util.find_spec('nicegui') is None:
        from ..errors import UserError

        raise UserError(
            "the page needs NiceGUI: `make paint` installs it, `pip install 'ecgan-mmagic[paint]'` "
            'does so in an environment of your own'
        )
    checkpoint = args.checkpoint or find_checkpoint(Path(), ROOT)
    print(f'The model: {checkpoint}', flush=True)
    from ..inference import ECGANInferencer
    from ..painting.server import serve
    from ..painting.shared_state import SharedState

    shared = SharedState(ECGANInferencer(checkpoint, args.config, args.device, args.dtype))
    with contextlib.suppress(KeyboardInterrupt):
        serve(shared, args.host, args.port, args.api)
    # All is answered. Python's tidying up takes 3 seconds of a core, and waits for a picture that
    # may still be at work, which nobody waits for.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('checkpoint', nargs='?', help=f'the model (newest in {DEMO}, or {BOX})')
    parser.add_inferencer()
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='address to listen on (127.0.0.1: this machine only; 0.0.0.0: everybody, no password)',
    )
    parser.add_argument('--port', type=int, default=8080, help='port to listen on (8080)')
    parser.add_flag('--api', 'answer programs as well: POST /api/generate, described at /api/docs')
    return parser


main = partial(run_tool, build_parser, paint)
