"""A demo with stand-ins for its commands, as a job for :mod:`fresh_process`."""

import argparse
import json
import signal
import sys
import time
from functools import partial
from pathlib import Path

STEPS = 6
PAUSE = 0.3


def step_by_step(args: argparse.Namespace, pause: float) -> None:
    """Stands in for training and testing.

    Counts to :data:`STEPS`, goes on from what it has done, and leaves the files of its stage. It
    waits at the third step while there is a file ``hold`` beside the folder of the demo.
    """
    from projects.ecgan.errors import ConfigError

    if args.config.endswith('wrong.py'):
        raise ConfigError('no such class: 9')
    folder = Path(args.work_dir)
    folder.mkdir(parents=True, exist_ok=True)
    first = len(list(folder.glob('step_*')))
    with open(folder / 'starts.txt', 'a') as starts:
        starts.write(f'{first}\n')
    for step in range(first + 1, STEPS + 1):
        time.sleep(pause)
        (folder / f'step_{step}').touch()
        while step == 3 and (folder.parent.parent / 'hold').exists():
            time.sleep(0.05)
    scores = {'generated': 0.7, 'real': 0.96, 'untrained': 0.05}
    report = {name: {'mIoU': value, 'aAcc': value + 0.01} for name, value in scores.items()}
    (folder / 'report.json').write_text(json.dumps({'protocol': {}, **report}))
    (folder / 'report.md').write_text('# Evaluation')
    (folder / 'samples.png').write_bytes(b'png')
    for name in ('iter_30.pth', 'iter_4.pth'):
        (folder / name).touch()


def demo_with_stand_ins(folder: str, recipe: str, *arguments: str) -> None:
    """A job: the short demo; training takes :data:`PAUSE` seconds a step, an evaluation none.

    Args:
        folder: Of the demo.
        recipe: Path that stands in for ECGAN's.
        *arguments: More of the demo.
    """
    from projects.ecgan.commands import demo, test, train

    # A test run in the background of a shell ignores SIGINT, and so would its processes.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    train.train, test.test = partial(step_by_step, pause=PAUSE), partial(step_by_step, pause=0)
    demo.ECGAN = recipe
    sys.exit(demo.main(['--short', '--work-dir', folder, *arguments]))
