"""Test a model: run the test loop of a config on a checkpoint, write the metrics and a report."""

import argparse
from functools import partial

from .command_line import ToolParser, run_parser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = run_parser('Test a model')
    parser.add_argument('checkpoint', help='checkpoint file or address')
    parser.add_argument('--out', help='file for the metrics (.json, .yaml or .pkl)')
    parser.add_flag('--no-untrained', 'do not measure an untrained model as well')
    parser.add_argument('--save-images', metavar='DIR', help='write what was measured')
    return parser


def test(args: argparse.Namespace) -> None:
    """Test as the arguments say."""
    import mmengine

    from ..engine import configuration, launch
    from ..evaluation import can_report, evaluate_and_report
    from ..reports import plain

    cfg = configuration.read_run_config(args)
    configuration.set_checkpoint(cfg, args.checkpoint)
    configuration.add_hooks(cfg, training=False)
    if args.save_images:
        cfg.default_hooks.images = dict(type='mmagic.SaveImagesHook', folder=args.save_images)
    if args.dry_run:
        configuration.check_config(cfg)
        print(cfg.pretty_text)
        return
    runner = launch.build_runner(cfg, args.quiet)
    with launch.running(runner):
        if can_report(runner):
            metrics = evaluate_and_report(runner, untrained_seed=None if args.no_untrained else 0)
        else:
            metrics = runner.test()
    if args.out and runner.rank == 0:
        mmengine.dump(plain(metrics), args.out)


main = partial(run_tool, build_parser, test)
