"""The demo: train a segmentor and ECGAN on drawn street scenes, measure, and show the result.

It runs this project's own tools, so that each stage can be repeated by hand; their output is in the
folder ``logs`` beside the report. An interrupted demo goes on where it was. A second run shows the
finished result at once.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from demo_parts.progress import ProgressDisplay
from demo_parts.runner import StageError, StageRunner, Terminated, announce, raise_on_sigterm
from demo_parts.stages import FULL, SHORT, build_stages
from demo_parts.state import BusyError, DemoState, only_demo_in
from demo_parts.summary import finish_report, is_finished, summary


def build_parser() -> argparse.ArgumentParser:
    """Parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--work-dir', type=Path, help='folder of the result (work_dirs/demo)')
    parser.add_argument(
        '--short', action='store_true', help='a few iterations of everything: no real result'
    )
    parser.add_argument('--fresh', action='store_true', help='begin anew, drop what is there')
    return parser


def run_demo(folder: Path, short: bool, fresh: bool) -> None:
    """Run what is left of the demo and print its result.

    Args:
        folder: Folder of the demo.
        short: Whether to run the short form.
        fresh: Whether to drop what an earlier demo left.

    Raises:
        BusyError: Another demo works in the folder.
        StageError: A tool failed.
    """
    with only_demo_in(folder) as lock:
        if fresh:
            for entry in folder.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        stages = build_stages(SHORT if short else FULL, folder)
        state = DemoState(folder)
        state.prepare(stages)
        if is_finished(folder, state):
            print(
                'The demo is finished already (--fresh, or make demo DEMO_ARGS=--fresh, repeats it)'
            )
        else:
            print(announce(stages, state), flush=True)
            runner = StageRunner(stages, state, folder / 'logs', ProgressDisplay(sys.stdout), lock)
            runner.run_all()
            finish_report(folder, state, short)
        print(summary(folder))


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    args = build_parser().parse_args(argv)
    default = Path('work_dirs') / ('demo_short' if args.short else 'demo')
    # Relative, where it is given so: the report then names no folder of this machine.
    folder = args.work_dir or default
    raise_on_sigterm()
    try:
        run_demo(folder, args.short, args.fresh)
    except (BusyError, StageError, FileNotFoundError) as error:
        print(f'\nDemo stopped: {error}', file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Terminated) as stop:
        print('\nDemo interrupted; the same command goes on from here.', file=sys.stderr)
        return 130 if isinstance(stop, KeyboardInterrupt) else 143
    return 0


if __name__ == '__main__':
    os.chdir(Path(__file__).resolve().parents[1])
    sys.exit(main())
