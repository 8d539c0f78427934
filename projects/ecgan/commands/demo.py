"""The demo: train a segmentor and ECGAN on drawn street scenes, measure, and show the result.

It runs this project's own tools one after another, as anybody may by hand. An interrupted demo goes
on where it was, since the tools do; a second run shows the finished result at once.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

from .command_line import ROOT, ToolParser, run_tool

SEGMENTOR = 'configs/segmentor/unet-s3-c16_1xb8-800iters_scenes-64x64.py'
ECGAN = 'configs/ecgan/ecgan_base16_1xb4-500iters_scenes-64x64.py'
# Where the evaluators of ECGAN's config describe the segmentor.
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
    """One call of a tool: what the user reads, seconds on two cores, arguments, last file made."""

    title: str
    seconds: int
    arguments: list[str | Path]
    result: Path


def build_stages(folder: Path, short: bool) -> dict[str, Stage]:
    """The stages of a demo in ``folder`` by name; the short form does a few iterations of each."""
    judged, trained = (30, 4) if short else (800, 500)
    judge = folder / 'segmentor' / f'iter_{judged}.pth'
    product = folder / 'ecgan' / f'iter_{trained}.pth'
    judges = [f'{key}.checkpoint={judge}' for key in JUDGES]
    length = [f'train_cfg.{key}={judged}' for key in ('max_iters', 'val_interval')]
    few = [f'train_cfg.{key}={trained}' for key in ('max_iters', 'val_interval')]
    options = {
        'segmentor': [*length, *['val_dataloader.dataset.length=32'] * short],
        'ecgan': [*judges, *few, 'default_hooks.checkpoint.interval=50', *FEW_SCENES * short],
        'evaluation': [*judges, *FEW_SCENES * short],
    }
    calls = {
        'segmentor': ('train the segmentor', 60, ['train.py', SEGMENTOR, '--resume'], judge),
        'ecgan': ('train ECGAN', 240, ['train.py', ECGAN, '--resume'], product),
        'evaluation': (
            'evaluate', 40, ['test.py', ECGAN, product], folder / 'evaluation' / 'report.json',
        ),
    }  # fmt: skip
    where = ['--quiet', '--work-dir']
    return {
        name: Stage(
            title, seconds, [*call, *where, folder / name, '--cfg-options', *options[name]], result
        )
        for name, (title, seconds, call, result) in calls.items()
    }


def drop_what_is_outdated(folder: Path, stages: dict[str, Stage], fresh: bool) -> None:
    """Empty the folder for a fresh start, or where recipes are others than those of its results."""
    configs = sorted((ROOT / 'configs').rglob('*.py'))
    content = [str(stages), *(path.read_text(encoding='utf-8') for path in configs)]
    note, key = folder / 'recipes', hashlib.sha256('\n'.join(content).encode()).hexdigest()
    if fresh or not note.is_file() or note.read_text() != key:
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        note.write_text(key)


def hold(folder: Path) -> int:
    """Lock the folder; the tools inherit the lock: one that outlives a demo holds it too."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        from ..errors import UserError

        raise UserError(f'another demo works in {folder}: wait, or take --work-dir') from None
    return lock


def run_stage(name: str, stage: Stage, folder: Path, lock: int) -> int:
    """Run a tool to its end, or to that of the demo; count its time. Returns its exit status."""
    times = folder / 'times.json'
    seconds = json.loads(times.read_text()) if times.is_file() else {}
    before, started = seconds.get(name, 0), time.monotonic()
    command = [sys.executable, '-W', 'ignore', ROOT / 'tools' / stage.arguments[0]]
    process = subprocess.Popen([*command, *stage.arguments[1:]], pass_fds=(lock,))

    def count() -> None:
        seconds[name] = round(before + time.monotonic() - started, 1)
        times.write_text(json.dumps(seconds))

    try:
        while process.poll() is None:
            # Counted on the way too: a killed demo loses little of the measured time.
            count()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(SAVE_SECONDS)
        return process.returncode
    finally:
        count()
        if process.poll() is None:
            process.terminate()
            process.wait()


def finish(folder: Path, short: bool) -> None:
    """Bring the evaluation's files into the demo's folder, with the times, and show the table."""
    from ..reports import metric_table, update_report

    for name in REPORT_FILES:
        shutil.copyfile(folder / 'evaluation' / name, folder / name)
    times, stamp = json.loads((folder / 'times.json').read_text()), Path(sys.prefix) / STAMP
    set_up = json.loads(stamp.read_text()).get('setup_seconds') if stamp.is_file() else None
    total = round(sum(times.values()) + (set_up or 0), 1)
    report = update_report(
        folder,
        setup_seconds=set_up,
        segmentor_seconds=times['segmentor'],
        train_seconds=times['ecgan'],
        total_seconds=total,
        note=SHORT_NOTE if short else None,
    )
    print(f'\n{metric_table(report)}\n\nreal: the photos, an upper bound; untrained: a fresh ECGAN')
    print(f'Training ECGAN took {times["ecgan"] / 60:.1f} minutes, everything {total / 60:.1f}.')
    print(*[SHORT_NOTE] * short, *(folder / name for name in REPORT_FILES), sep='\n')


def demo(args: argparse.Namespace) -> int:
    """Run what is left of the demo and print its result; returns the status of a failed tool."""
    os.chdir(ROOT)
    # Relative, where it is given so: the report then names no folder of this machine.
    folder = args.work_dir or Path('work_dirs') / ('demo_short' if args.short else 'demo')
    folder.mkdir(parents=True, exist_ok=True)
    lock = hold(folder)
    stages = build_stages(folder, args.short)
    drop_what_is_outdated(folder, stages, args.fresh)
    left = {name: stage for name, stage in stages.items() if not stage.result.exists()}
    minutes = sum(stage.seconds for stage in left.values()) / 60
    print(f'{len(left)} of {len(stages)} stages to go, about {minutes:.0f} min on two cores;')
    print('an interrupted demo goes on where it was, --fresh begins anew', flush=True)
    for number, (name, stage) in enumerate(left.items(), 1):
        print(f'[{number}/{len(left)}] {stage.title}', flush=True)
        if status := run_stage(name, stage, folder, lock):
            print(f'error: could not {stage.title}; see {folder / name}', file=sys.stderr)
            return status
    finish(folder, args.short)
    return 0


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('--work-dir', type=Path, help='folder of the result (work_dirs/demo)')
    parser.add_argument(
        '--short', action='store_true', help='a few iterations of everything: no real result'
    )
    parser.add_argument('--fresh', action='store_true', help='begin anew, drop what is there')
    return parser


main = partial(run_tool, build_parser, demo)
