#!/usr/bin/env python
"""Write drawn scenes as files: photos, label maps and instance maps, as one's own data would be.

What is there already is kept.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ToolParser, positive, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('destination', type=Path, metavar='DEST', help='such as data/scenes')
    parser.add_argument('--count', type=positive, default=64, help='how many (64)')
    parser.add_argument('--split', choices=('train', 'val'), default='train')
    parser.add_argument('--size', type=positive, default=64, help='height and width (64)')
    parser.add_argument('--seed', type=int, default=0, help='another number, another series')
    return parser


def write(args: argparse.Namespace) -> None:
    """Write as the arguments say."""
    from projects.ecgan.preparation.converters import write_scenes

    done = write_scenes(args.destination, args.count, args.split, args.size, args.seed)
    print(f'{args.destination}: {done.written} scenes written, {done.kept} were there')


main = partial(run_tool, build_parser, write)

if __name__ == '__main__':
    sys.exit(main())
