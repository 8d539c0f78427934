"""The runs of an ablation ladder: each is trained, tested and measured by this project's tools."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmagic.registry import EVALUATORS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from ...errors import ConfigError
from ...reports import write_text
from .summary import read_result, summarize, write_summary

ROOT = Path(__file__).resolve().parents[4]


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
        ConfigError: A step does not exist.
    """
    steps = {step_name(path): path for path in sorted(folder.glob('*.py'))}
    if not steps:
        raise ConfigError(f'no configs in {folder}')
    if wanted is None:
        return steps
    for name in wanted:
        if not any(step.startswith(name) for step in steps):
            raise ConfigError(f'no step {name!r} in {folder}, which has {", ".join(steps)}')
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
        ConfigError: A metric cannot be built.
    """
    init_default_scope(cfg.get('default_scope', 'mmagic'))
    try:
        EVALUATORS.build(cfg.test_evaluator)
    except (OSError, ValueError) as error:
        raise ConfigError(f'the test metrics cannot be built: {error}') from error


def run(command: Sequence[str | Path], log: Path) -> None:
    """Run a tool of this project, its output appended to a log.

    Raises:
        ConfigError: It failed.
    """
    with open(log, 'a', encoding='utf-8') as file:
        status = subprocess.run(
            [sys.executable, *map(str, command)], cwd=ROOT, stdout=file, stderr=file
        ).returncode
    if status:
        tail = log.read_text(encoding='utf-8').strip().splitlines()[-1:]
        raise ConfigError(f'{Path(command[0]).name} failed, see {log}: {"".join(tail)}')


def do_run(cfg: Config, folder: Path, separation_layouts: int) -> None:
    """Train, test and measure one run, leaving out what is done.

    Args:
        cfg: Its config.
        folder: Its folder.
        separation_layouts: Layouts for the separation of classes.

    Raises:
        ConfigError: A tool failed, or the folder holds a run with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config, text = folder / 'config.py', cfg.pretty_text
    if config.exists() and config.read_text(encoding='utf-8') != text:
        raise ConfigError(
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


def run_ladder(
    steps: dict[str, Path],
    seeds: Sequence[int],
    out: Path,
    iterations: int | None = None,
    separation_layouts: int = 64,
    options: dict | None = None,
) -> None:
    """Do every run that is not done, and write table and plot after each.

    Args:
        steps: Configs by step.
        seeds: Seeds of each step.
        out: Folder of the results; a run works in ``STEP/seed_N`` below it.
        iterations: Length of each run; None for the config's own.
        separation_layouts: Layouts for the separation of classes.
        options: Further changes of the configs, by dotted key.

    Raises:
        ConfigError: A run failed, or its folder holds one with other settings.
    """
    options = options or {}
    check_metrics(make_config(next(iter(steps.values())), None, 0, options))
    runs = [(step, seed) for seed in seeds for step in steps]
    for number, (step, seed) in enumerate(runs, 1):
        folder = out / step / f'seed_{seed}'
        print(f'[{number}/{len(runs)}] {step}, seed {seed}: {folder}', flush=True)
        do_run(make_config(steps[step], iterations, seed, options), folder, separation_layouts)
        write_results(steps, seeds, out)


def write_results(steps: Iterable[str], seeds: Sequence[int], out: Path) -> None:
    """Write table and plot of all runs that there are.

    Args:
        steps: Names of the steps.
        seeds: Seeds of each step.
        out: Folder of the results.
    """
    results = {
        name: {seed: read_result(out / name / f'seed_{seed}') for seed in seeds} for name in steps
    }
    write_summary(summarize(results), out)
