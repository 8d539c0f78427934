#!/usr/bin/env python
"""Run a tool in several processes: one for each GPU, or sharing the CPUs over gloo without one.

tools/dist_train.sh and tools/dist_test.sh call it. NNODES, NODE_RANK and MASTER_ADDR tell of
several machines, PORT is where the processes meet. SIGTERM and SIGUSR1 go on to the processes,
which take the time they need to save and end.
"""

import argparse
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.ecgan.commands.command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('processes', type=int, help='processes on this machine')
    parser.add_argument('tool', help='the script')
    parser.add_argument('arguments', nargs=argparse.REMAINDER, help='its arguments')
    return parser


def run_processes(args: argparse.Namespace) -> int:
    """Run torchrun, whose own traceback says nothing that the processes did not."""
    from torch.distributed import run
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    logging.getLogger('torch.distributed.elastic').setLevel(logging.CRITICAL)
    names = {'nnodes': 'NNODES', 'node_rank': 'NODE_RANK', 'master_addr': 'MASTER_ADDR'}
    given = [f'--{name}={os.environ[key]}' for name, key in names.items() if key in os.environ]
    ports = f'--master_port={os.environ.get("PORT", 29500)}'
    count = f'--nproc_per_node={args.processes}'
    command = [*given, ports, count, args.tool, *args.arguments, '--launcher', 'pytorch']
    arguments = run.parse_args(command)
    _take_signals(arguments)
    try:
        run.run(arguments)
    except ChildFailedError as error:
        rank, failure = error.get_first_failure()
        status = failure.exitcode
        if status < 0:
            print(f'error: rank {rank} was ended by signal {-status}', file=sys.stderr)
        return abs(status) + (128 if status < 0 else 0)
    return 0


def _take_signals(arguments: argparse.Namespace) -> None:
    """Have SIGTERM and SIGUSR1 passed on.

    torchrun kills what has not ended 30 seconds after a signal that it handles itself.
    """
    from torch.distributed.elastic.multiprocessing import api

    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, _pass_on)
    if hasattr(arguments, 'signals_to_handle'):
        arguments.signals_to_handle = 'SIGINT,SIGHUP,SIGQUIT'
        return
    # An older one lays this handler on SIGTERM whatever it is told.
    end = api._terminate_process_handler

    def end_or_pass_on(number: int, frame: FrameType | None) -> None:
        (_pass_on if number == signal.SIGTERM else end)(number, frame)

    api._terminate_process_handler = end_or_pass_on


def _pass_on(number: int, frame: FrameType | None) -> None:
    """Send a signal to every child; torchrun starts them in sessions of their own."""
    children = Path(f'/proc/self/task/{os.getpid()}/children')
    for child in children.read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(child), number)


if __name__ == '__main__':
    sys.exit(run_tool(build_parser, run_processes))
