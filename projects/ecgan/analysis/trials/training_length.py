"""How long a run is: the same iterations for all recipes, or the same training time."""

import json
import statistics
from pathlib import Path

from mmengine.config import Config

from ...engine.configuration import read_config
from ...errors import ConfigError
from ...reports import write_text
from .tool_processes import logged_times, run_tool

_WARM_UP, _TIMED = 10, 30


def make_config(source: str, iterations: int | None, seed: int, options: dict) -> Config:
    """Config of one run: the recipe with options, a seed and perhaps another number of iterations.

    The schedule is scaled to the length.

    Raises:
        ConfigError: The recipe counts epochs.
    """
    cfg = read_config(source)
    cfg.merge_from_dict(options)
    length = cfg.train_cfg.get('max_iters')
    if length is None:
        raise ConfigError(f'{source} trains by epochs, only recipes by iterations can be compared')
    iterations = iterations or length
    schedulers = cfg.get('param_scheduler') or []
    for scheduler in schedulers if isinstance(schedulers, list) else [schedulers]:
        for key in ('begin', 'end', 'T_max', 'total_steps', 'total_iters'):
            if scheduler.get(key) is not None:
                scheduler[key] = round(scheduler[key] * iterations / length)
    sampler = cfg.train_dataloader.get('sampler') or {}
    if sampler.get('first_samples'):
        sampler['first_samples'] = round(sampler['first_samples'] * iterations / length)
    cfg.train_cfg.max_iters = iterations
    # Tested after training, by tools/test.py: not validated, at the end neither.
    cfg.train_cfg.val_begin = iterations + 1
    cfg.default_hooks.checkpoint.update(interval=max(iterations // 4, 1), save_last=True)
    cfg.default_hooks.logger.interval = min(cfg.default_hooks.logger.interval, iterations)
    cfg.setdefault('randomness', {})['seed'] = seed
    return cfg


def measured_iterations(source: str, minutes: float, folder: Path, options: dict) -> int:
    """Iterations that fill a training time: its seconds divided by the median of 30 iterations.

    Timed once, in a training of its own, and kept in ``FOLDER/timing.json``, so that all seeds, and
    a run that is continued, have the same length. Time on a machine that does nothing else.

    Args:
        source: Config of the recipe.
        minutes: Training time.
        folder: The recipe's folder.
        options: Further changes of the config, by dotted key.

    Raises:
        ConfigError: The training failed.
    """
    file = folder / 'timing.json'
    if not file.exists():
        cfg = make_config(source, _WARM_UP + _TIMED, 0, options)
        cfg.default_hooks.logger.interval = 1
        cfg.log_processor.window_size = 1
        cfg.default_hooks.checkpoint = None
        cfg.default_hooks.samples = None
        trial = folder / 'timing'
        trial.mkdir(parents=True, exist_ok=True)
        write_text(trial / 'config.py', cfg.pretty_text)
        run_tool('train.py', trial / 'config.py', '--work-dir', trial, log=trial / 'log.txt')
        seconds = statistics.median(logged_times(trial)[-_TIMED:])
        write_text(file, json.dumps({'seconds_per_iteration': seconds}) + '\n')
    seconds = json.loads(file.read_text(encoding='utf-8'))['seconds_per_iteration']
    return max(round(minutes * 60 / seconds), 1)
