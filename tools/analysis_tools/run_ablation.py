#!/usr/bin/env python
"""Run the ablation ladder: train and test each step for each seed, then make a table and a plot.

Runs go one after another into OUT/STEP/seed_N. Started again with the same settings, the tool goes
on where it was stopped: finished runs are kept, a broken one resumes from its last checkpoint.
After each run it writes OUT/ablation.md, .json, .csv and .png from all runs there are.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mmengine.config import Config, DictAction

import projects.ecgan  # noqa: F401  (makes the toolbox sound)
from projects.ecgan.ablation import read_result, summarize, write_summary
from projects.ecgan.evaluation.report_files import write_text

ROOT = Path(__file__).resolve().parents[2]
LADDER = ROOT / 'configs' / 'ecgan' / 'ablation'


class AblationError(RuntimeError):
    """The ladder cannot go on; the message is one line that says what to do."""


def step_name(config: Path) -> str:
    """Name of a step: the setting part of its config's name."""
    parts = config.stem.split('_')
    return parts[1] if len(parts) > 1 else config.stem


def find_steps(folder: Path, wanted: Sequence[str] | None) -> dict[str, Path]:
    """Configs of the ladder by step.

    Args:
        folder: Folder of configs.
        wanted: Steps, or beginnings of their names such as ``b5``; None for all.

    Raises:
        AblationError: A step does not exist.
    """
    steps = {step_name(path): path for path in sorted(folder.glob('*.py'))}
    if not steps:
        raise AblationError(f'no configs in {folder}')
    if wanted is None:
        return steps
    for name in wanted:
        if not any(step.startswith(name) for step in steps):
            raise AblationError(f'no step {name!r} in {folder}, which has {", ".join(steps)}')
    return {k: v for k, v in steps.items() if any(k.startswith(name) for name in wanted)}


def make_config(source: Path, iterations: int | None, seed: int, options: dict) -> Config:
    """Config of one run: another length, with the schedule scaled to it, and another seed.

    Args:
        source: Config of the step.
        iterations: Length of training; None for the config's own.
        seed: Seed of the run.
        options: Further changes, by dotted key.
    """
    cfg = Config.fromfile(source)
    cfg.merge_from_dict(options)
    length = cfg.train_cfg.max_iters
    iterations = iterations or length
    schedulers = cfg.get('param_scheduler') or []
    for scheduler in schedulers if isinstance(schedulers, list) else [schedulers]:
        for key in ('begin', 'end', 'T_max', 'total_steps', 'total_iters'):
            if scheduler.get(key) is not None:
                scheduler[key] = round(scheduler[key] * iterations / length)
    cfg.train_cfg.max_iters = iterations
    # Tested after training, by tools/test.py.
    cfg.train_cfg.val_interval = iterations + 1
    cfg.default_hooks.checkpoint.update(interval=max(iterations // 4, 1), save_last=True)
    cfg.default_hooks.logger.interval = min(cfg.default_hooks.logger.interval, iterations)
    cfg.setdefault('randomness', {})['seed'] = seed
    return cfg


def check_metrics(cfg: Config) -> None:
    """Build the test metrics once, so that what they lack is known before hours of training.

    Raises:
        AblationError: A metric cannot be built.
    """
    from mmagic.registry import EVALUATORS
    from mmengine.registry import init_default_scope

    init_default_scope(cfg.get('default_scope', 'mmagic'))
    try:
        EVALUATORS.build(cfg.test_evaluator)
    except (OSError, ValueError) as error:
        raise AblationError(f'the test metrics cannot be built: {error}') from error


def run(command: Sequence[str | Path], log: Path) -> None:
    """Run a tool of this project, its output appended to a log.

    Raises:
        AblationError: It failed.
    """
    with open(log, 'a', encoding='utf-8') as file:
        status = subprocess.run(
            [sys.executable, *map(str, command)], cwd=ROOT, stdout=file, stderr=file
        ).returncode
    if status:
        tail = log.read_text(encoding='utf-8').strip().splitlines()[-1:]
        raise AblationError(f'{Path(command[0]).name} failed, see {log}: {"".join(tail)}')


def do_run(cfg: Config, folder: Path, separation_layouts: int) -> None:
    """Train, test and measure one run, leaving out what is done.

    Args:
        cfg: Its config.
        folder: Its folder.
        separation_layouts: Layouts for the separation of classes.

    Raises:
        AblationError: A tool failed, or the folder holds a run with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config, text = folder / 'config.py', cfg.pretty_text
    if config.exists() and config.read_text(encoding='utf-8') != text:
        raise AblationError(
            f'{folder} holds a run with other settings (compare its config.py): remove it, or '
            'choose another --out'
        )
    write_text(config, text)
    log = folder / 'log.txt'
    checkpoint = folder / f'iter_{cfg.train_cfg.max_iters}.pth'
    tools = ROOT / 'tools'
    if not checkpoint.exists():
        run([tools / 'train.py', config, '--work-dir', folder, '--resume'], log)
    if not (folder / 'report.json').exists():
        run(
            [tools / 'test.py', config, checkpoint, '--work-dir', folder, '--no-untrained'],
            log,
        )
    separation = folder / 'separation.json'
    if not separation.exists():
        measure = tools / 'analysis_tools' / 'measure_separation.py'
        layouts = ['--layouts', str(separation_layouts)]
        run([measure, config, checkpoint, *layouts, '--out', separation], log)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=ROOT / 'work_dirs' / 'ablation')
    parser.add_argument('--configs', type=Path, default=LADDER, help='folder with the ladder')
    parser.add_argument('--steps', nargs='+', help='steps to run, e.g. b1 b5; all unless given')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    parser.add_argument('--iterations', type=int, help="length of each run; the config's if absent")
    parser.add_argument('--separation-layouts', type=int, default=64)
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, metavar='KEY=VALUE'
    )
    parser.add_argument('--summary-only', action='store_true', help='write the table and the plot')
    args = parser.parse_args(argv)
    if args.iterations is not None and args.iterations < 1:
        parser.error(f'--iterations must be positive, got {args.iterations}')
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Run the ladder as the arguments say.

    Args:
        argv: Arguments without the program name; None for those of the command line.

    Returns:
        Exit status: 0, 1 after a failure, 130 after Ctrl-C.
    """
    args = parse_args(argv)
    out, ladder = args.out.resolve(), args.configs.resolve()
    # Configs name files relative to the project.
    os.chdir(ROOT)
    try:
        steps = find_steps(ladder, args.steps)
        if not args.summary_only:
            check_metrics(make_config(next(iter(steps.values())), None, 0, args.cfg_options))
        runs = [(step, seed) for seed in args.seeds for step in steps]
        for number, (step, seed) in enumerate(runs, 1):
            folder = out / step / f'seed_{seed}'
            if not args.summary_only:
                print(f'[{number}/{len(runs)}] {step}, seed {seed}: {folder}', flush=True)
                cfg = make_config(steps[step], args.iterations, seed, args.cfg_options)
                do_run(cfg, folder, args.separation_layouts)
            results = {
                name: {s: read_result(out / name / f'seed_{s}') for s in args.seeds}
                for name in steps
            }
            write_summary(summarize(results), out)
    except AblationError as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('stopped; the same command goes on from here', file=sys.stderr)
        return 130
    print(json.dumps({'table': str(out / 'ablation.md'), 'plot': str(out / 'ablation.png')}))
    return 0


if __name__ == '__main__':
    sys.exit(main())
