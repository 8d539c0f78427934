#!/usr/bin/env python
"""Serve a page on which layouts are painted in the browser and become pictures at once."""

import argparse
import contextlib
import importlib.util
import re
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from command_line import ROOT, ToolParser, run_tool

DEMO = Path('work_dirs/demo/ecgan')


def find_checkpoint(folder: Path) -> Path:
    """The newest checkpoint of the demo.

    Raises:
        MissingFileError: There is none.
    """
    found = {
        int(match[1]): path
        for path in folder.glob('iter_*.pth')
        if (match := re.fullmatch(r'iter_(\d+)\.pth', path.name))
    }
    if not found:
        from projects.ecgan.errors import MissingFileError

        raise MissingFileError(
            f'no checkpoint in {DEMO}: run `make demo` first, or name a checkpoint'
        )
    return found[max(found)]


def paint(args: argparse.Namespace) -> None:
    """Serve the page until Ctrl-C."""
    if importlib.util.find_spec('nicegui') is None:
        from projects.ecgan.errors import UserError

        raise UserError(
            "the page needs NiceGUI: `make paint` installs it, `pip install '.[paint]'` does so "
            'in an environment of your own'
        )
    checkpoint = args.checkpoint or find_checkpoint(ROOT / DEMO)
    from projects.ecgan.inference import ECGANInferencer
    from projects.ecgan.painting.server import serve
    from projects.ecgan.painting.shared_state import SharedState

    shared = SharedState(ECGANInferencer(checkpoint, args.config, args.device, args.dtype))
    with contextlib.suppress(KeyboardInterrupt):
        serve(shared, args.host, args.port)


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('checkpoint', nargs='?', help=f'the model (the newest in {DEMO})')
    parser.add_inferencer()
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='address to listen on (127.0.0.1: this machine only; 0.0.0.0: everybody, no password)',
    )
    parser.add_argument('--port', type=int, default=8080, help='port to listen on (8080)')
    return parser


main = partial(run_tool, build_parser, paint)

if __name__ == '__main__':
    sys.exit(main())
