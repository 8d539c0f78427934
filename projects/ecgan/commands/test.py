"""Test a model, or pictures: run the test loop of a config, write the metrics and a report."""

import argparse
from functools import partial

from .command_line import ToolParser, run_parser, run_tool, starting


def build_parser() -> ToolParser:
    """The arguments."""
    parser = run_parser('Test a model, or pictures that are there already')
    measured = parser.add_mutually_exclusive_group(required=True)
    measured.add_argument('checkpoint', nargs='?', help='checkpoint file or address')
    measured.add_argument(
        '--images', metavar='DIR', help='measure these pictures, called as their label maps'
    )
    parser.add_argument('--out', help='file for the metrics (.json, .yaml or .pkl)')
    parser.add_flag('--no-untrained', 'do not measure an untrained model as well')
    parser.add_argument('--save-images', metavar='DIR', help='write what was measured')
    return parser


def test(args: argparse.Namespace) -> None:
    """Test as the arguments say."""
    with starting():
        import mmengine

        from ..engine import configuration, launch
        from ..evaluation import can_report, evaluate_and_report
        from ..reports import plain

    cfg = configuration.read_run_config(args)
    if args.images is None:
        configuration.set_checkpoint(cfg, args.checkpoint)
    else:
        configuration.measure_pictures(cfg, args.images)
    configuration.add_hooks(cfg, training=False)
    if args.save_images:
        cfg.default_hooks.images = dict(type='mmagic.SaveImagesHook', folder=args.save_images)
    if args.dry_run:
        configuration.check_config(cfg)
        print(cfg.pretty_text)
        return
    with starting():
        runner = launch.build_runner(cfg, args.quiet)
    with launch.running(runner):
        if can_report(runner):
            metrics = evaluate_and_report(
                runner, untrained_seed=None if args.no_untrained or args.images else 0
            )
        else:
            metrics = runner.test()
    if args.out and runner.rank == 0:
        mmengine.dump(plain(metrics), args.out)


main = partial(run_tool, build_parser, test)
