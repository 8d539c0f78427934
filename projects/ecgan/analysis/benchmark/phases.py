"""Where the time of an update goes."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import torch
from torch import nn
from torch.optim import optimizer as optim


def synchronize(device: torch.device) -> None:
    """Wait until the device has done all it was given."""
    if device.type == 'cuda':
        torch.cuda.synchronize(device)


class PhaseTimer:
    """Seconds spent in modules' forward passes (by name), in backward passes and in optimisers.

    Each phase waits for the device at its start and end, so an iteration watched by this timer is
    slower than one that is not; total times are to be measured without it.
    """

    def __init__(self, device: torch.device, modules: dict[str, nn.Module]) -> None:
        self.device = device
        self.modules = modules
        self.seconds: dict[str, float] = defaultdict(float)
        self._started: dict[str, list[float]] = defaultdict(list)

    def _start(self, phase: str) -> None:
        synchronize(self.device)
        self._started[phase].append(time.perf_counter())

    def _stop(self, phase: str) -> None:
        synchronize(self.device)
        started = self._started[phase].pop()
        # An optimiser whose step calls that of its parent is in its phase twice.
        if not self._started[phase]:
            self.seconds[phase] += time.perf_counter() - started

    def _timed(self, phase: str, function: Callable) -> Callable:
        def run(*args, **kwargs):
            self._start(phase)
            try:
                return function(*args, **kwargs)
            finally:
                self._stop(phase)

        return run

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what runs inside."""
        watches = [
            optim.register_optimizer_step_pre_hook(lambda *_: self._start('optimiser')),
            optim.register_optimizer_step_post_hook(lambda *_: self._stop('optimiser')),
        ]
        for phase, module in self.modules.items():
            watches += [
                module.register_forward_pre_hook(lambda *_, phase=phase: self._start(phase)),
                module.register_forward_hook(lambda *_, phase=phase: self._stop(phase)),
            ]
        for name in ('backward', 'grad'):
            timed = self._timed('backward', getattr(torch.autograd, name))
            watches.append(patch.object(torch.autograd, name, timed))
        with ExitStack() as stack:
            for watch in watches:
                stack.enter_context(watch)
            self._start('all')
            stack.callback(self._stop, 'all')
            yield

    def averages(self, iterations: int) -> dict[str, float]:
        """Seconds an iteration of each phase, and of ``other``: what no phase holds."""
        phases = {name: spent / iterations for name, spent in self.seconds.items()}
        total = phases.pop('all')
        return {**phases, 'other': total - sum(phases.values())}
