#!/usr/bin/env python
"""Run recipes against one another: train and test each with each seed, then compare.

Runs go one after another into OUT/RECIPE/seed_N. Started again with the same settings, the tool
goes on where it was stopped: finished runs are kept, a broken one resumes from its last checkpoint.
After each run it writes OUT/results.md, .json, .csv and .png from all runs there are, and grid.png,
the same test layouts through all models. Unless told otherwise it runs the papers' ladder.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ROOT, ToolParser, positive, run_tool

LADDER = 'ecgan_base16_1xb8-400iters_scenes-64x64@all'


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=ROOT / 'work_dirs' / 'recipes')
    parser.add_argument(
        '--configs',
        nargs='+',
        default=[LADDER],
        help='recipes, RECIPE@VARIANT, RECIPE@all for all variants, and folders of configs',
    )
    parser.add_argument('--only', nargs='+', help='parts of the names that are wanted, e.g. b1 b5')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        '--iterations', type=positive, help="length of each run; the config's if absent"
    )
    length.add_argument(
        '--minutes',
        type=partial(positive, kind=float),
        help='training time of each run instead, in iterations as 30 timed ones say',
    )
    parser.add_argument(
        '--separation-layouts',
        type=int,
        default=0,
        help='layouts on which the separation of classes is measured, for generators with a trunk',
    )
    parser.add_argument('--grid-layouts', type=int, default=6, help='rows of grid.png')
    parser.add_options()
    parser.add_flag('--summary-only', 'write the results, run nothing')
    return parser


def run_recipes(args: argparse.Namespace) -> None:
    """Run the recipes as the arguments say."""
    import os

    import projects.ecgan  # noqa: F401  (makes the toolbox sound)
    from projects.ecgan.analysis.trials import Trial, find_recipes, run_trials, write_results
    from projects.ecgan.engine.configuration import read_options

    out = args.out.resolve()
    recipes = find_recipes(args.configs, args.only)
    # Configs name files relative to the project.
    os.chdir(ROOT)
    if args.summary_only:
        write_results(recipes, args.seeds, out, args.grid_layouts)
    else:
        trial = Trial(
            iterations=args.iterations,
            minutes=args.minutes,
            separation_layouts=args.separation_layouts,
            grid_layouts=args.grid_layouts,
            options=read_options(args.cfg_options),
        )
        run_trials(recipes, args.seeds, out, trial)
    print(f'table: {out / "results.md"}, plot: {out / "results.png"}')


main = partial(run_tool, build_parser, run_recipes)

if __name__ == '__main__':
    sys.exit(main())
