#!/usr/bin/env python
"""Measure how far the generator's features keep classes apart.

Prints the mean cosine similarity of pixels' features within classes, across classes, and the
difference, for the trunk's last output F (or another trunk feature) on validation layouts.
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
    parser.add_argument('config', help='config file of the model')
    parser.add_argument('checkpoint', help='its weights')
    parser.add_argument('--layouts', type=int, default=64, help='validation layouts to use')
    parser.add_argument('--feature', help='trunk feature, the finest unless given')
    parser.add_argument('--out', type=Path, help='JSON file for the result')
    return parser


def measure(args: argparse.Namespace) -> None:
    """Measure as the arguments say."""
    import json

    import projects.ecgan  # noqa: F401  (makes the toolbox sound before anything else)
    from projects.ecgan.analysis.trials import measure_separation
    from projects.ecgan.engine.configuration import read_config

    cfg = read_config(args.config)
    result = measure_separation(cfg, args.checkpoint, args.layouts, args.feature)
    text = json.dumps(result, indent=2)
    print(text)
    if args.out:
        args.out.write_text(text + '\n')


main = partial(run_tool, build_parser, measure)

if __name__ == '__main__':
    sys.exit(main())
