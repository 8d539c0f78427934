"""What every command does around its work: arguments, and a good end.

Nothing but the standard library is imported before the arguments are read, so that ``--help`` and a
wrong argument are answered at once.
"""

import argparse
import atexit
import gc
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

# The checkout, where this runs in one.
ROOT = Path(__file__).resolve().parents[3]


class ToolParser(argparse.ArgumentParser):
    """A parser whose errors are one line; every tool has ``--debug``.

    Args:
        description: Text of ``--help``.
        **settings: As for :class:`argparse.ArgumentParser`.
    """

    def __init__(self, description: str, **settings: Any) -> None:
        super().__init__(description=description, **settings)
        self.add_flag('--debug', 'show the traceback of every error')

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        self.exit(2, f'error: {message} (--help lists the arguments)\n')

    def add_flag(self, name: str, help: str) -> None:
        """Add an argument that is there or not."""
        self.add_argument(name, action='store_true', help=help)

    def add_options(self) -> None:
        """Add ``--cfg-options``; the values stay text, see ``read_options`` of the engine."""
        self.add_argument(
            '--cfg-options',
            nargs='+',
            action=_Pairs,
            default=[],
            metavar='KEY=VALUE',
            help='change the config, e.g. train_cfg.max_iters=100 model.x="[(1,2),(3,4)]"',
        )

    def add_inferencer(self) -> None:
        """Add what ``ECGANInferencer`` takes beside a checkpoint, except the sizes."""
        self.add_argument(
            '--config', help='recipe or config file in place of the one in the checkpoint'
        )
        self.add_argument('--device', help='such as cuda:0 (default: a GPU where there is one)')
        self.add_argument('--dtype', choices=('float32', 'bfloat16'), default='float32')


def positive(text: str, kind: type[int] | type[float] = int) -> float:
    """A number above 0, ``int`` or ``float``, as ``type`` of an argument.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        number = kind(text)
    except ValueError:
        number = 0
    if not 0 < number < float('inf'):
        whole = 'whole ' if kind is int else ''
        raise argparse.ArgumentTypeError(f'{text!r} is not a {whole}number above 0')
    return number


class _Pairs(argparse.Action):
    """A list of ``key=value`` pairs; anything else is an error."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
        wrong = [value for value in values if '=' not in value]
        if wrong:
            parser.error(f"--cfg-options takes key=value pairs, got '{wrong[0]}'")
        setattr(namespace, self.dest, values)


def run_parser(description: str) -> ToolParser:
    """A parser with the arguments that training and testing have in common."""
    parser = ToolParser(description)
    parser.add_argument(
        'config', help='RECIPE, RECIPE@VARIANT, file, or PACKAGE::PATH, e.g. mmagic::pix2pix/X.py'
    )
    parser.add_argument('--work-dir', help='folder of logs and checkpoints')
    parser.add_options()
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    parser.add_flag('--dry-run', 'check the config, print it resolved, and stop')
    parser.add_flag('--quiet', 'the bar and warnings only; the log file has the rest')
    return parser


class _Terminated(BaseException):
    """SIGTERM came."""


def run_tool(
    build_parser: Callable[[], argparse.ArgumentParser],
    work: Callable[[argparse.Namespace], int | None],
    argv: Sequence[str] | None = None,
) -> int:
    """Run a tool and end well, also on a user's mistake, on Ctrl-C and on SIGTERM.

    Args:
        build_parser: Makes the parser of the arguments.
        work: Gets them; returns an exit status, or None for 0.
        argv: Arguments without the program name; None for those of the command line.

    Returns:
        Exit status: that of the work (3, ``errors.COMPLETE_STATUS``, where a training was complete
        already), 2 after a mistake that the user can mend, 75 (``errors.RESUME_STATUS``) where a
        training saved itself because a signal asked it to, 130 after Ctrl-C, 143 after SIGTERM at
        any other time.
    """
    args = build_parser().parse_args(argv)
    # What the toolbox and its companions would have to change before a next release of PyTorch.
    warnings.filterwarnings('ignore', category=FutureWarning)
    previous = signal.signal(signal.SIGTERM, _raise_terminated)
    try:
        return work(args) or 0
    except KeyboardInterrupt:
        return _stopped('Ctrl-C', signal.SIGINT)
    except _Terminated:
        return _stopped('SIGTERM', signal.SIGTERM)
    except Exception as error:
        from ..errors import RESUME_STATUS, InterruptionError
        from ..launcher_variables import rank_of_process

        rank = rank_of_process() or '0'
        if isinstance(error, InterruptionError):
            # A launcher ends the other ranks when one leaves, and theirs would be the status.
            previous = signal.SIG_IGN
            if rank == '0':
                print(error, file=sys.stderr)
            return RESUME_STATUS
        sentence = _sentence_of(error)
        if sentence is None:
            raise
        if args.debug:
            traceback.print_exc()
        where = '' if rank == '0' else f' (rank {rank})'
        print(f'error{where}: {sentence}', file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGTERM, previous)
        # What Python does not take apart at its end, other libraries report as leaks.
        gc.unfreeze()


@contextmanager
def starting() -> Iterator[None]:
    """While modules are imported and networks are built, nothing is searched for garbage.

    What lives then stays: to look through it again and again takes a fifth of a start. Nor is it
    looked through later on, until ``gc.unfreeze()``; forked workers share its pages.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # First: all of it would be looked through at once otherwise.
        gc.freeze()
        if enabled:
            gc.enable()


def leave(status: int) -> NoReturn:
    """End a process that may be one of several.

    srun and torchrun kill the other processes when the first one ends in error, and take the status
    of those. After an interruption, where all leave together and everything is saved, all tidying
    up is left out: it takes a second more in one process than in another. Otherwise one of several
    does what is to be done at exit, but does not take Python apart: a thread of gloo that gives up
    a tensor meanwhile aborts the process (torch 2.15, "terminate called without an active
    exception"), and with it the job.

    Args:
        status: Exit status.
    """
    from ..errors import RESUME_STATUS
    from ..launcher_variables import rank_of_process

    is_saved = status == RESUME_STATUS
    if not is_saved and rank_of_process() is None:
        sys.exit(status)
    if not is_saved:
        atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _sentence_of(error: Exception) -> str | None:
    from ..errors import TOOLBOX, MissingToolboxError, UserError

    if isinstance(error, UserError):
        return error.sentence
    if isinstance(error, ModuleNotFoundError) and error.name in TOOLBOX:
        return MissingToolboxError(error.name).sentence
    from ..engine.error_explanations import explain

    return explain(error)


def _raise_terminated(number: int, frame: FrameType | None) -> None:
    raise _Terminated


def _stopped(by: str, number: int) -> int:
    print(
        f'stopped by {by}; a training goes on from its last checkpoint with --resume',
        file=sys.stderr,
    )
    return 128 + number
