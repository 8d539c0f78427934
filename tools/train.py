#!/usr/bin/env python
"""Train a model: this project's configs, and those of MMagic and MMSegmentation."""

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import projects.ecgan  # noqa: F401  (makes the toolbox sound before anything else)
from projects.ecgan.engine import keep_freed_memory, launch


def main(argv: Sequence[str] | None = None) -> None:
    """Train as the arguments say.

    Args:
        argv: Arguments without the program name; None for those of the command line.
    """
    parser = launch.build_parser('Train a model')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from a checkpoint, without a path from the newest one of the work dir',
    )
    parser.add_argument('--amp', action='store_true', help='mixed precision, for every optimiser')
    parser.add_argument(
        '--compile', action='store_true', help='torch.compile, as compile=True in the config'
    )
    parser.add_argument(
        '--keep-memory',
        action='store_true',
        help='on a CPU, keep freed memory: faster at large sizes, for more memory',
    )
    args = parser.parse_args(argv)

    cfg = launch.build_config(args)
    if args.amp:
        launch.enable_amp(cfg)
    if args.compile:
        cfg.compile = cfg.get('compile') or True
    launch.use_block_compilation(cfg)
    launch.set_resume(cfg, args.resume)
    launch.add_random_state_hook(cfg)
    if args.dry_run:
        launch.finish_dry_run(cfg)
        return
    if args.keep_memory:
        keep_freed_memory()
    launch.build_runner(cfg).train()


if __name__ == '__main__':
    sys.exit(launch.run_tool(main))
