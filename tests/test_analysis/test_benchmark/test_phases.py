import time

import pytest
import torch
from torch import nn

from projects.ecgan.analysis.benchmark.memory import PeakMemory
from projects.ecgan.analysis.benchmark.phases import PhaseTimer


class Sleeping(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        time.sleep(0.02)
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        time.sleep(0.04)
        return grad * 2


class SleepingModule(nn.Module):
    def forward(self, x):
        return Sleeping.apply(x)


class SleepingSGD(torch.optim.SGD):
    def step(self, closure=None):
        time.sleep(0.03)
        super().step(closure)


def test_phases_add_up_and_tell_forward_backward_and_optimiser():
    module, weight = SleepingModule(), nn.Parameter(torch.ones(3))
    # Once there was an SGD, its step has hooks too, and the step below runs through both.
    torch.optim.SGD([weight], lr=0.1)
    optimizer = SleepingSGD([weight], lr=0.1)
    timer = PhaseTimer(torch.device('cpu'), dict(generator=module))
    original = torch.autograd.backward
    start = time.perf_counter()
    with timer.watching():
        for _ in range(2):
            module(weight).sum().backward()
            torch.autograd.grad(module(weight).sum(), weight)
            optimizer.step()
            time.sleep(0.01)
    total = (time.perf_counter() - start) / 2
    phases = timer.averages(2)
    assert set(phases) == {'generator', 'backward', 'optimiser', 'other'}
    assert phases['generator'] >= 0.04
    assert phases['backward'] >= 0.08
    assert phases['optimiser'] >= 0.03
    assert phases['other'] >= 0.01
    assert 0.16 <= sum(phases.values()) <= total
    assert torch.autograd.backward is original
    timer.seconds.clear()
    module(weight).sum().backward()
    assert not timer.seconds


@pytest.mark.slow
def test_peak_memory_grows_by_what_is_used():
    memory = PeakMemory(torch.device('cpu'))
    before = memory.read()
    # More than the whole process ever held, so that it shows in the peak.
    size = before['peak_bytes'] + 50_000_000
    block = torch.ones(size, dtype=torch.uint8)
    after = memory.read()
    assert after['peak_bytes'] >= len(block)
    assert after['peak_above_baseline_bytes'] >= size - before['peak_bytes']
    assert after['peak_bytes'] - after['peak_above_baseline_bytes'] == memory.baseline
