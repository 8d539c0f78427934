#!/usr/bin/env python
"""Put several report.json side by side; refuse to compare different protocols."""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('reports', nargs='+', type=Path, help='report.json files or their folders')
    parser.add_flag(
        '--allow-different-protocols', 'compare anyway; the table then says what differs'
    )
    return parser


def compare(args: argparse.Namespace) -> None:
    """Compare as the arguments say."""
    from projects.ecgan.reports import compare_reports, read_named_reports

    print(compare_reports(read_named_reports(args.reports), args.allow_different_protocols))


main = partial(run_tool, build_parser, compare)

if __name__ == '__main__':
    sys.exit(main())
