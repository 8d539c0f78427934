"""Run the modes of a benchmark in processes of their own, their iterations in turn."""

import multiprocessing
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from ...errors import ConfigError, UserError
from .samples import describe_layouts
from .settings import BenchmarkSettings, describe_machine
from .worker import ask_worker, start_worker

# Modes by what is measured: the first is what the ratio is relative to.
MODES = dict(
    train=('plain', 'fast'),
    infer=('plain', 'fast'),
    data=('fast', 'data'),
    losses=('fast', 'all_losses'),
)
PHASE_ITERATIONS = 2


class WorkerProcess:
    """A :class:`Worker` in a process of its own, with the same arguments."""

    def __init__(self, settings: BenchmarkSettings, mode: str) -> None:
        self.mode = mode
        # spawn: a fork would start with this process's memory, and cannot use CUDA.
        self.pool = ProcessPoolExecutor(1, multiprocessing.get_context('spawn'))
        self.ready = self.pool.submit(start_worker, settings, mode)

    def ask(self, name: str, *arguments: int):
        """Call a method of the worker there, once its model is built; what it returned.

        Raises:
            UserError: If it failed for what the user can mend, or the process died.
        """
        try:
            self.ready.result()
            return self.pool.submit(ask_worker, name, *arguments).result()
        except UserError as error:
            raise type(error)(f'mode {self.mode!r} failed: {error.sentence}') from error
        except BrokenProcessPool as error:
            raise ConfigError(
                f'the process of mode {self.mode!r} died, most likely because the machine ran out '
                'of memory: choose a smaller batch or size'
            ) from error


def measure(settings: BenchmarkSettings, modes: Sequence[str] | None = None) -> dict:
    """Measure the modes of a benchmark, or some of them.

    Each mode lives in a process of its own, so that its peak memory is its own. All of them wait
    while one computes; their iterations take turns, so that another load on the machine hits all.

    Returns:
        By mode ``seconds`` (median), ``all_seconds``, ``peak_bytes``, ``phases`` and so on;
        ``ratio`` and ``peak_ratio`` of the second mode to the first; ``versions``; ``protocol``.

    Raises:
        ConfigError: If a mode does not exist for what is measured.
    """
    modes = tuple(modes or MODES[settings.what])
    wrong = [mode for mode in modes if mode not in MODES[settings.what]]
    if wrong:
        raise ConfigError(f'{settings.what!r} has the modes {MODES[settings.what]}, got {wrong}')
    workers = [WorkerProcess(settings, mode) for mode in modes]
    try:
        for _ in range(settings.warmup):
            for worker in workers:
                worker.ask('seconds')
        times: dict[str, list[float]] = {mode: [] for mode in modes}
        for _ in range(settings.iterations):
            for worker in workers:
                times[worker.mode].append(worker.ask('seconds'))
        report = {worker.mode: _summarise(worker, times[worker.mode]) for worker in workers}
        if 'all_losses' in modes:
            report['losses'] = workers[-1].ask('losses')
    finally:
        for worker in workers:
            worker.pool.shutdown()
    report.update(_compare(settings, report, modes))
    return dict(
        what=settings.what,
        layout=settings.layout,
        **report,
        versions=describe_machine(settings),
        protocol=describe_protocol(settings),
    )


def _summarise(worker: WorkerProcess, times: list[float]) -> dict:
    """What is reported of a mode."""
    values = worker.ask('summary')
    seconds = statistics.median(times)
    return dict(
        seconds=seconds,
        all_seconds=times,
        images_per_second=values['images'] / seconds,
        **values,
        phases=worker.ask('phases', PHASE_ITERATIONS),
    )


def _compare(settings: BenchmarkSettings, report: dict, modes: Sequence[str]) -> dict[str, float]:
    """The second mode relative to the first."""
    if len(modes) < 2:
        return {}
    first, second = (report[mode] for mode in MODES[settings.what])
    if settings.what == 'data':
        # One loading process and all threads of training.
        return dict(ratio=second['images_per_second'] / first['images_per_second'])
    return dict(
        ratio=second['seconds'] / first['seconds'],
        peak_ratio=second['peak_bytes'] / first['peak_bytes'],
        peak_above_baseline_ratio=(
            second['peak_above_baseline_bytes'] / first['peak_above_baseline_bytes']
        ),
    )


def describe_protocol(settings: BenchmarkSettings) -> dict[str, str | int]:
    """How it was measured, for the report."""
    return dict(
        layouts=describe_layouts(settings),
        batch=settings.batch_size,
        base_channels=settings.width_of_networks,
        device=settings.device,
        threads=settings.threads,
        precision_plain='fp32',
        precision_fast=settings.precision,
        compiled_fast=f'residual blocks ({settings.compile})' if settings.compile else 'nothing',
        freed_memory_fast='kept' if settings.keep_memory else 'left to the allocator',
        recomputed_blocks_fast=', '.join(settings.recompute) or 'none',
        losses='adversarial and feature matching; no perceptual loss, no moving average',
        warmup=settings.warmup,
        iterations=settings.iterations,
        seconds='median over the iterations; each has other layouts, the same for every mode',
        order='each mode in a process of its own, iterations of the modes in turn',
        peak_bytes='CPU: resident memory of the process; GPU: allocated by PyTorch',
        peak_above_baseline_bytes='the same, less what was there before the model was built',
        phases=f'mean over {PHASE_ITERATIONS} more iterations, which wait at each phase',
    )
