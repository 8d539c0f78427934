#!/usr/bin/env python
"""Test a model: run the test loop of a config on a checkpoint, write the metrics and a report."""

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import mmengine

import projects.ecgan  # noqa: F401  (makes the toolbox sound before anything else)
from projects.ecgan.engine import launch
from projects.ecgan.evaluation import can_report, evaluate_and_report


def main(argv: Sequence[str] | None = None) -> None:
    """Test as the arguments say.

    Args:
        argv: Arguments without the program name; None for those of the command line.
    """
    parser = launch.build_parser('Test a model')
    parser.add_argument('checkpoint', help='checkpoint file or address')
    parser.add_argument('--out', help='file for the metrics (.json, .yaml or .pkl)')
    parser.add_argument(
        '--no-untrained', action='store_true', help='do not measure an untrained model as well'
    )
    args = parser.parse_args(argv)

    cfg = launch.build_config(args)
    launch.set_checkpoint(cfg, args.checkpoint)
    if args.dry_run:
        launch.finish_dry_run(cfg)
        return
    runner = launch.build_runner(cfg)
    if can_report(runner):
        metrics = evaluate_and_report(runner, untrained_seed=None if args.no_untrained else 0)
    else:
        metrics = runner.test()
    if args.out and runner.rank == 0:
        mmengine.dump(metrics, args.out)


if __name__ == '__main__':
    sys.exit(launch.run_tool(main))
