#!/usr/bin/env python
"""See why a part does not help: look into trainings at their checkpoints, and update nothing.

Measures on training batches of each recipe, for the generator as it is trained (not its moving
average): the gradient of each loss term by the trunk's features and weights, and whether terms pull
the same way; the gate of the edge transfer; how right the generated edges are; how the
discriminator judges. Writes OUT/diagnosis.json, diagnosis.md and diagnosis.png.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ROOT, ToolParser, positive, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        'runs',
        nargs='+',
        metavar='RUN',
        help='work dir, of which all checkpoints are taken; or CONFIG CHECKPOINT',
    )
    parser.add_argument('--batches', type=positive, default=4, help='training batches (default: 4)')
    parser.add_argument('--seed', type=int, default=0, help='seed of the batches, for all runs')
    parser.add_argument('--out', type=Path, default=ROOT / 'work_dirs' / 'diagnosis')
    parser.add_argument('--device', help='such as cuda:0 (default: a GPU where there is one)')
    return parser


def diagnose(args: argparse.Namespace) -> None:
    """Look into the runs as the arguments say."""
    import projects.ecgan  # noqa: F401  (makes the toolbox sound)
    from projects.ecgan.analysis.diagnosis import diagnose_runs, find_snapshots, write_diagnosis

    snapshots, measured = find_snapshots(args.runs), []
    for each in diagnose_runs(snapshots, args.batches, args.seed, args.device):
        measured.append(each)
        print(f'{each["run"]}, iteration {each["iteration"]}', flush=True)
        # After each, so that what is there can be read.
        write_diagnosis(measured, args.seed, args.out)
    print(f'tables: {args.out / "diagnosis.md"}, plot: {args.out / "diagnosis.png"}')


main = partial(run_tool, build_parser, diagnose)

if __name__ == '__main__':
    sys.exit(main())
