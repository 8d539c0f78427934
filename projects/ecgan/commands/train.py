"""Train a model: this project's configs, and those of MMagic and MMSegmentation."""

import argparse
import sys
from functools import partial

from .command_line import ToolParser, run_parser, run_tool, starting


def build_parser() -> ToolParser:
    """The arguments."""
    parser = run_parser('Train a model')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from a checkpoint, without a path from the newest one of the work dir',
    )
    parser.add_flag('--amp', 'mixed precision, for every optimiser')
    parser.add_flag(
        '--auto-scale-lr',
        "scale the rates from the config's auto_scale_lr.base_batch_size to the samples an update: "
        'processes x batch size x accumulated batches',
    )
    parser.add_flag('--compile', 'torch.compile, as compile=True in the config')
    parser.add_flag(
        '--keep-memory', 'on a CPU, keep freed memory: faster at large sizes, for more memory'
    )
    return parser


def train(args: argparse.Namespace) -> int:
    """Train as the arguments say.

    Returns:
        Exit status: 0, or ``errors.COMPLETE_STATUS`` where a resumed run was complete already.
    """
    with starting():
        from ..engine import configuration, keep_freed_memory, launch
        from ..errors import COMPLETE_STATUS

        cfg = configuration.read_run_config(args)
        if args.amp:
            configuration.enable_amp(cfg)
        if args.auto_scale_lr:
            configuration.scale_rates(cfg)
        if args.compile:
            cfg.compile = cfg.get('compile') or True
        configuration.use_block_compilation(cfg)
        configuration.add_hooks(cfg, training=True)
        configuration.check_config(cfg)
        configuration.check_results(cfg)
    if args.dry_run:
        print(cfg.pretty_text)
        return 0
    if args.keep_memory:
        keep_freed_memory()
    with launch.sole_training(cfg.work_dir):
        configuration.set_resume(cfg, args.resume)
        complete = configuration.check_continuing(cfg)
        if complete is not None:
            if launch.is_first_process():
                print(complete, file=sys.stderr)
            return COMPLETE_STATUS
        with launch.config_of_what_ran(cfg):
            with starting():
                runner = launch.build_runner(cfg, args.quiet)
            with launch.running(runner):
                runner.train()
    return 0


main = partial(run_tool, build_parser, train)
