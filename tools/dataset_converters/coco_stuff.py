#!/usr/bin/env python
"""From COCO's archives to the tree of the COCO-Stuff recipes; instance maps are drawn.

Reads SOURCE/{train,val}2017 (photos), SOURCE/stuffthingmaps/{train,val}2017 (pixel maps) and
SOURCE/annotations/instances_{train,val}2017.json. What is there already is kept, so that a run that
was stopped goes on.
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
    parser.add_argument('source', type=Path, metavar='SOURCE', help='folder of the unpacked files')
    parser.add_argument('destination', type=Path, metavar='DEST', help='such as data/coco_stuff')
    parser.add_argument('--splits', nargs='+', choices=('train', 'val'), default=('train', 'val'))
    parser.add_flag('--copy', 'copy photos and maps; default: links')
    parser.add_argument('--jobs', type=int, metavar='N', help='processes (one for each core)')
    return parser


def convert(args: argparse.Namespace) -> None:
    """Convert as the arguments say."""
    from projects.ecgan.preparation.converters import convert_coco_stuff
    from projects.ecgan.preparation.parallel import usable_cores

    jobs = args.jobs or usable_cores()
    for done in convert_coco_stuff(args.source, args.destination, args.splits, jobs, args.copy):
        print(f'{done.folder}: {done.written} maps written, {done.kept} were there')


main = partial(run_tool, build_parser, convert)

if __name__ == '__main__':
    sys.exit(main())
