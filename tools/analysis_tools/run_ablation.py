#!/usr/bin/env python
"""Run the ablation ladder: train and test each step for each seed, then make a table and a plot.

Runs go one after another into OUT/STEP/seed_N. Started again with the same settings, the tool goes
on where it was stopped: finished runs are kept, a broken one resumes from its last checkpoint.
After each run it writes OUT/ablation.md, .json, .csv and .png from all runs there are.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from command_line import ROOT, ToolParser, run_tool

LADDER = ROOT / 'configs' / 'ecgan' / 'ablation'


def positive(text: str) -> int:
    """A whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'must be positive, got {text}')
    return number


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=ROOT / 'work_dirs' / 'ablation')
    parser.add_argument('--configs', type=Path, default=LADDER, help='folder with the ladder')
    parser.add_argument('--steps', nargs='+', help='steps to run, e.g. b1 b5; all unless given')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    parser.add_argument(
        '--iterations', type=positive, help="length of each run; the config's if absent"
    )
    parser.add_argument('--separation-layouts', type=positive, default=64)
    parser.add_options()
    parser.add_argument('--summary-only', action='store_true', help='write the table and the plot')
    return parser


def ablate(args: argparse.Namespace) -> None:
    """Run the ladder as the arguments say."""
    import os

    import projects.ecgan  # noqa: F401  (makes the toolbox sound)
    from projects.ecgan.analysis.ablation import find_steps, run_ladder, write_results
    from projects.ecgan.engine.configuration import read_options

    out, ladder = args.out.resolve(), args.configs.resolve()
    # Configs name files relative to the project.
    os.chdir(ROOT)
    steps = find_steps(ladder, args.steps)
    if args.summary_only:
        write_results(steps, args.seeds, out)
    else:
        run_ladder(
            steps,
            args.seeds,
            out,
            args.iterations,
            args.separation_layouts,
            read_options(args.cfg_options),
        )
    print(f'table: {out / "ablation.md"}, plot: {out / "ablation.png"}')


main = partial(run_tool, build_parser, ablate)

if __name__ == '__main__':
    sys.exit(main())
