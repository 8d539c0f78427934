"""Trials: each recipe trained and tested with each seed, by this project's tools."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmagic.registry import EVALUATORS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from ...errors import ConfigError
from ...reports import write_text
from .grid import draw_grid
from .summary import METRICS, REPORT, read_result, summarize, write_summary
from .tool_processes import run_tool
from .training_length import make_config, measured_iterations
from .usefulness import write_usefulness


@dataclass(frozen=True)
class Trial:
    """What all runs of a comparison share.

    Args:
        iterations: Length of each run; None for the config's own.
        minutes: Training time of each run in place of ``iterations``.
        separation_layouts: Layouts for the separation of classes; 0: not measured.
        grid_layouts: Test layouts in the picture of all models; 0: no picture.
        options: Further changes of the configs, by dotted key.
    """

    iterations: int | None = None
    minutes: float | None = None
    separation_layouts: int = 0
    grid_layouts: int = 6
    options: dict = field(default_factory=dict)


def check_metrics(cfg: Config) -> None:
    """Build the test metrics once, so that what they lack is known before hours of training.

    Raises:
        ConfigError: A metric cannot be built.
    """
    init_default_scope(cfg.get('default_scope', 'mmagic'))
    evaluator = cfg.test_evaluator
    if 'metrics' not in evaluator:
        # The short form, of toolboxes' recipes.
        evaluator = dict(type='mmengine.Evaluator', metrics=evaluator)
    try:
        EVALUATORS.build(evaluator)
    except (OSError, ValueError) as error:
        raise ConfigError(f'the test metrics cannot be built: {error}') from error


def is_segmentor(cfg: Config) -> bool:
    """Whether a recipe trains a segmentor of mmsegmentation, of which no report is written."""
    return cfg.get('default_scope') == 'mmseg'


def do_run(cfg: Config, folder: Path, trial: Trial) -> None:
    """Train, test and measure one run, leaving out what is done.

    Its config lies beside its folder, as ``seed_N.py``.

    Raises:
        ConfigError: A tool failed, or the folder holds a run with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Not in the folder, where MMEngine keeps what the tools made of it under the same name.
    config, text = folder.with_suffix('.py'), cfg.pretty_text
    if config.exists() and config.read_text(encoding='utf-8') != text:
        raise ConfigError(
            f'{folder} holds a run with other settings (compare {config.name}): remove both, or '
            'choose another --out'
        )
    write_text(config, text)
    log = folder / 'log.txt'
    checkpoint = folder / f'iter_{cfg.train_cfg.max_iters}.pth'
    if not checkpoint.exists():
        run_tool('train.py', config, '--work-dir', folder, '--resume', log=log)
    if not any((folder / name).exists() for name in (REPORT, METRICS)):
        arguments = ['--work-dir', folder]
        if is_segmentor(cfg):
            arguments += ['--out', folder / METRICS]
        elif trial.grid_layouts:
            arguments += ['--save-images', folder / 'images']
        run_tool('test.py', config, checkpoint, *arguments, log=log)
    separation = folder / 'separation.json'
    if trial.separation_layouts and not separation.exists():
        arguments = ['--layouts', trial.separation_layouts, '--out', separation]
        tool = 'analysis_tools/measure_separation.py'
        run_tool(tool, config, checkpoint, *arguments, log=log)


def run_trials(recipes: dict[str, str], seeds: Sequence[int], out: Path, trial: Trial) -> None:
    """Do every run that is not done, and write the results after each.

    A run works in ``NAME/seed_N`` below ``out``.

    Raises:
        ConfigError: A run failed, or its folder holds one with other settings.
    """
    lengths = dict.fromkeys(recipes, trial.iterations)
    for source in recipes.values():
        check_metrics(make_config(source, None, 0, trial.options))
    if trial.minutes is not None:
        # All of them first, one after another, so that they meet the machine in the same state.
        for name, source in recipes.items():
            folder = out / name
            lengths[name] = measured_iterations(source, trial.minutes, folder, trial.options)
            print(f'{name}: {lengths[name]} iterations in {trial.minutes:g} minutes', flush=True)
    runs = [(name, seed) for seed in seeds for name in recipes]
    for number, (name, seed) in enumerate(runs, 1):
        folder = out / name / f'seed_{seed}'
        print(f'[{number}/{len(runs)}] {name}, seed {seed}: {folder}', flush=True)
        do_run(make_config(recipes[name], lengths[name], seed, trial.options), folder, trial)
        write_results(recipes, seeds, out, trial.grid_layouts)


def write_results(recipes: Iterable[str], seeds: Sequence[int], out: Path, layouts: int) -> None:
    """Write table, plot and grid of all runs that there are.

    The grid has so many test layouts of the first seed's runs; 0: no grid.
    """
    results = {
        name: {seed: read_result(out / name / f'seed_{seed}') for seed in seeds} for name in recipes
    }
    summary = summarize(results)
    write_summary(summary, out)
    write_usefulness(summary, out)
    folders = [out / name / f'seed_{seeds[0]}' for name in results]
    if layouts and any((folder / 'images').is_dir() for folder in folders):
        draw_grid(folders, out / 'grid.png', layouts)
