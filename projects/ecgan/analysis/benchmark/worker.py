"""The benchmarked process: one mode, steps on demand."""

import time
import traceback
from multiprocessing.connection import Connection

import torch
from mmengine.logging import MMLogger

from ...errors import UserError
from .loss_times import measure_losses
from .memory import PeakMemory
from .modes import Step, build_step
from .phases import PhaseTimer, synchronize
from .settings import BenchmarkSettings


class Worker:
    """Runs the steps of one mode and measures them.

    Args:
        settings: The benchmark's settings.
        mode: The mode.
    """

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
        """Seconds a step spends in each phase.

        Args:
            iterations: Steps to average over.
        """
        timer = PhaseTimer(self.device, self.step.modules)
        with timer.watching():
            for _ in range(iterations):
                self._run()
        return timer.averages(iterations)

    def losses(self) -> dict[str, float]:
        """Seconds of each loss, forward and backward."""
        return measure_losses(self.step.model, self.step.batch(0), self.device)


def serve(connection: Connection, settings: BenchmarkSettings, mode: str) -> None:
    """Answer requests ``(method of Worker, arguments)`` until None comes.

    Args:
        connection: To the measuring process; an answer is ``(ok, value)``, the value of a failure
            a :class:`UserError`, or the traceback of a defect.
        settings: The benchmark's settings.
        mode: The mode.
    """
    try:
        worker = Worker(settings, mode)
        connection.send((True, None))
        while (request := connection.recv()) is not None:
            name, arguments = request
            connection.send((True, getattr(worker, name)(*arguments)))
    except UserError as error:
        connection.send((False, error))
    except Exception:
        connection.send((False, traceback.format_exc()))
