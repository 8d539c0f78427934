"""The benchmarked process: one mode, steps on demand."""

import time

import torch
from mmengine.logging import MMLogger

from .loss_times import measure_losses
from .memory import PeakMemory
from .modes import Step, build_step
from .phases import PhaseTimer, synchronize
from .settings import BenchmarkSettings


class Worker:
    """Runs the steps of one mode and measures them."""

    def __init__(self, settings: BenchmarkSettings, mode: str) -> None:
        # MMEngine logs every weight's initialisation.
        MMLogger.get_instance('benchmark', log_level='WARNING')
        torch.set_num_threads(settings.threads)
        torch.backends.cudnn.benchmark = True
        self.device = torch.device(settings.device)
        self.step: Step = build_step(settings, mode)
        self.memory = PeakMemory(self.device)
        self.step.start()
        self.count = 0

    def _run(self) -> None:
        self.step(self.count)
        self.count += 1

    def seconds(self) -> float:
        """Seconds of one step."""
        synchronize(self.device)
        start = time.perf_counter()
        self._run()
        synchronize(self.device)
        return time.perf_counter() - start

    def summary(self) -> dict:
        """Peak memory so far and images in a step."""
        return dict(images=self.step.images, **self.memory.read())

    def phases(self, iterations: int) -> dict[str, float]:
        """Seconds that a step spends in each phase, mean of some."""
        timer = PhaseTimer(self.device, self.step.modules)
        with timer.watching():
            for _ in range(iterations):
                self._run()
        return timer.averages(iterations)

    def losses(self) -> dict[str, float]:
        """Seconds of each loss, forward and backward."""
        return measure_losses(self.step.model, self.step.batch(0), self.device)


_worker: Worker | None = None


def start_worker(settings: BenchmarkSettings, mode: str) -> None:
    """Make the worker of this process, with the arguments of :class:`Worker`."""
    global _worker
    _worker = Worker(settings, mode)


def ask_worker(name: str, *arguments: int):
    """Call a method of this process's worker."""
    return getattr(_worker, name)(*arguments)
