"""The demo: train ECGAN on drawn street scenes, measure it, and show the result.

It does what ``ecgan train`` and ``ecgan test`` do, as anybody may by hand, in a folder below the
current one. An interrupted demo goes on where it was; a second run shows the finished result at
once.
"""

import argparse
import gc
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from .command_line import ToolParser, run_tool

JUDGE = 'unet-s3-c16_1xb8-800iters_scenes-64x64'
ECGAN = 'ecgan_base16_1xb4-500iters_scenes-64x64'
# Where the evaluators of ECGAN's recipe describe the judge.
JUDGES = (
    'val_evaluator.metrics.0.segmentor',
    'test_evaluator.metrics.0.segmentor',
    'test_evaluator.metrics.1.network',
)
FEW_SCENES = [
    f'{part}_dataloader.{change}'
    for part in ('val', 'test')
    for change in ('dataset.length=16', 'num_workers=0', 'persistent_workers=False')
]
SAVE_SECONDS = 2.0
REPORT_FILES = ('report.md', 'report.json', 'samples.png')
# Of tools/setup_env.py.
STAMP = 'ecgan_setup.json'
SHORT_NOTE = 'Trained for a few iterations only, to show that everything runs: not the real result.'


class Stage(NamedTuple):
    """A call of ``ecgan train`` or ``ecgan test``, its minutes on two cores, the last file made."""

    title: str
    minutes: float
    command: str
    arguments: list[str]
    result: Path


def build_stages(folder: Path, short: bool = False, judge: bool = False) -> dict[str, Stage]:
    """The stages of a demo, by the names of their folders.

    Args:
        folder: Of the demo.
        short: A few iterations of everything.
        judge: Train the judge as well, in place of the one that lies beside its recipe.
    """
    judged, trained = (30, 4) if short else (800, 500)
    weights = folder / 'segmentor' / f'iter_{judged}.pth'
    product = folder / 'ecgan' / f'iter_{trained}.pth'
    measuring = [f'{key}.checkpoint={weights}' for key in JUDGES] * judge + FEW_SCENES * short
    judging = [f'train_cfg.max_iters={judged}', f'train_cfg.val_interval={judged}']
    judging += ['val_dataloader.dataset.length=32'] * short
    # No validation at the end: the evaluation measures the same.
    training = [f'train_cfg.max_iters={trained}', f'train_cfg.val_begin={trained + 1}']
    training += ['default_hooks.checkpoint.interval=50', *measuring]

    def call(name: str, *arguments: str, options: list[str]) -> list[str]:
        given = ['--cfg-options', *options] if options else []
        return [*arguments, '--quiet', '--work-dir', str(folder / name), *given]

    train = call('ecgan', ECGAN, '--resume', '--keep-memory', options=training)
    test = call('evaluation', ECGAN, str(product), options=measuring)
    stages = {
        'ecgan': Stage('train ECGAN', 4, 'train', train, product),
        'evaluation': Stage('evaluate', 0.5, 'test', test, folder / 'evaluation' / 'report.json'),
    }
    if judge:
        train = call('segmentor', JUDGE, '--resume', options=judging)
        return {'segmentor': Stage('train the judge', 1.5, 'train', train, weights), **stages}
    return stages


def describe(stages: dict[str, Stage]) -> str:
    """What the results depend on: the stages, and their recipes as they are today."""
    from mmengine.config import Config

    from ..recipes.names import find_recipe

    recipes = (Config.fromfile(find_recipe(name)).pretty_text for name in (JUDGE, ECGAN))
    return '\n'.join([*map(str, stages.values()), *recipes])


def read_times(folder: Path) -> dict[str, float]:
    """Seconds of each stage up to now."""
    times = folder / 'times.json'
    return json.loads(times.read_text()) if times.is_file() else {}


@contextmanager
def counted(folder: Path, name: str) -> Iterator[None]:
    """Count the seconds of a stage on the way too: a demo that is killed loses few of them."""
    from ..reports import write_text

    times, started, over = read_times(folder), time.monotonic(), Event()
    before = times.get(name, 0)

    def count() -> None:
        ended = False
        while not ended:
            ended = over.wait(SAVE_SECONDS)
            times[name] = round(before + time.monotonic() - started, 1)
            write_text(folder / 'times.json', json.dumps(times))

    thread = Thread(target=count, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def run_stages(folder: Path, stages: dict[str, Stage]) -> None:
    """Do what is left, and say what is done."""
    for number, (name, stage) in enumerate(stages.items(), 2):
        step = f'[{number}/{len(stages) + 1}] {stage.title}:'
        if stage.result.exists():
            print(f'{step} done in {read_times(folder)[name]:.0f} s')
            continue
        print(f'{step} about {stage.minutes:g} min on two cores', flush=True)
        command = import_module(f'.{stage.command}', __package__)
        with counted(folder, name):
            getattr(command, stage.command)(command.build_parser().parse_args(stage.arguments))
        # What the stage held goes: its start kept it from being looked through.
        gc.unfreeze()


def finish(folder: Path, set_up: float | None, short: bool) -> None:
    """Bring the evaluation's files into the demo's folder, with the times, and show the table."""
    from ..reports import metric_table, update_report

    for name in REPORT_FILES:
        shutil.copyfile(folder / 'evaluation' / name, folder / name)
    times = read_times(folder)
    total = round(sum(times.values()) + (set_up or 0), 1)
    seconds = {'setup_seconds': set_up, 'segmentor_seconds': times.get('segmentor')}
    report = update_report(
        folder,
        **{name: value for name, value in seconds.items() if value is not None},
        train_seconds=times['ecgan'],
        total_seconds=total,
        note=SHORT_NOTE if short else None,
    )
    print(f'\n{metric_table(report)}\n\nreal: the photos, an upper bound; untrained: a fresh ECGAN')
    print(f'Training ECGAN took {times["ecgan"] / 60:.1f} minutes, everything {total / 60:.1f}.')
    print(*[SHORT_NOTE] * short, *(folder / name for name in REPORT_FILES), sep='\n')


def demo(args: argparse.Namespace) -> None:
    """Do what is left of the demo, and show its result."""
    # Relative, where it is given so: the report then names no folder of this machine.
    folder = args.work_dir or Path('work_dirs', 'demo_short' if args.short else 'demo')
    stages, note = build_stages(folder, args.short, args.judge), folder / 'recipes'
    recipes, stamp, lock = describe(stages), Path(sys.prefix, STAMP), nullcontext()
    set_up = json.loads(stamp.read_text()).get('setup_seconds') if stamp.is_file() else None
    outdated = args.fresh or not note.is_file() or note.read_text() != recipes
    if outdated or not all(stage.result.exists() for stage in stages.values()):
        from ..engine.work_dir_lock import LOCK_NAME, locked_work_dir

        lock = locked_work_dir(folder)
    with lock:
        if outdated:
            for entry in folder.iterdir():
                if entry.name != LOCK_NAME:
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
            note.write_text(recipes)
        print('An interrupted demo goes on where it was, --fresh begins anew.')
        time_of_it = f' in {set_up:.0f} s' if set_up else ''
        print(f'[1/{len(stages) + 1}] set up: done{time_of_it}', flush=True)
        run_stages(folder, stages)
    finish(folder, set_up, args.short)


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument(
        '--work-dir', type=Path, help='folder of the result (work_dirs/demo in the current folder)'
    )
    parser.add_argument(
        '--short', action='store_true', help='a few iterations of everything: no real result'
    )
    parser.add_argument('--fresh', action='store_true', help='begin anew, drop what is there')
    parser.add_argument(
        '--judge', action='store_true', help='train the segmentor that judges as well'
    )
    return parser


main = partial(run_tool, build_parser, demo)
