"""List the recipes, or show the values that make one.

Without words: all recipes. With a recipe's name: its values. Otherwise those whose name, model,
data, needs or results hold all of the words.
"""

import argparse
from functools import partial

from .command_line import ROOT, ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('words', nargs='*', metavar='WORD', help='a recipe, or words: ade20k 8gb')
    parser.add_argument(
        '--write',
        action='store_true',
        help="write the checkout's docs/recipes.md and cards anew from configs/measured.yaml",
    )
    return parser


def recipes(args: argparse.Namespace) -> None:
    """List, show or write, as the arguments say."""
    from ..recipes import all_rows, details, find_row, matching, write_pages

    if args.write:
        print(*(f'wrote {path}' for path in write_pages(ROOT)), sep='\n')
        return
    row = find_row(args.words[0]) if len(args.words) == 1 else None
    if row is not None:
        print(details(row))
        return
    rows = matching(all_rows(), args.words)
    for row in rows:
        print(row.name, *row.summary, sep='\n    ')
    if not rows:
        print(f'no recipe with {" ".join(args.words)}; ecgan recipes lists all')


main = partial(run_tool, build_parser, recipes)
