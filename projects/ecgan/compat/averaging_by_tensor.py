"""A moving average is updated weight by weight: hundreds of small operations.

Versions: mmengine <= 0.10.7, mmagic <= 1.2.0.
Upstream: no report found. ``BaseAveragedModel.update_parameters`` calls ``avg_func`` once a weight
and copies buffer by buffer.

Here ``avg_func`` is called once, with all weights as one: the same formula and the same values. A
class with an ``avg_func`` of its own, or an average on another device than its source, is left to
MMEngine.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ._defect import Defect

if TYPE_CHECKING:
    from torch import Tensor

# Classes of MMEngine and MMagic whose formulas consist of the operations of `_Together`.
_KNOWN = ('ExponentialMovingAverage', 'MomentumAnnealingEMA', 'RampUpEMA')


class _Together:
    """Tensors on which an operation in place works at once."""

    def __init__(self, tensors: list[Tensor]) -> None:
        self.tensors = tensors

    def lerp_(self, other: _Together, weight: float | Tensor) -> _Together:
        import torch

        torch._foreach_lerp_(self.tensors, other.tensors, float(weight))
        return self

    def mul_(self, factor: float | Tensor) -> _Together:
        import torch

        torch._foreach_mul_(self.tensors, float(factor))
        return self

    def add_(self, other: _Together, alpha: float | Tensor = 1.0) -> _Together:
        import torch

        torch._foreach_add_(self.tensors, other.tensors, alpha=float(alpha))
        return self


def _is_known(average: type) -> bool:
    function = average.avg_func
    owner, _, _ = function.__qualname__.partition('.')
    return owner in _KNOWN and function.__module__.partition('.')[0] in ('mmengine', 'mmagic')


def _patch(averaged_model: ModuleType) -> None:
    import torch

    average = averaged_model.BaseAveragedModel
    stock = average.update_parameters

    @functools.wraps(stock)
    @torch.no_grad()
    def update_parameters(self: Any, model: torch.nn.Module) -> None:
        named = model.state_dict() if self.update_buffers else dict(model.named_parameters())
        pairs = [(mean, named[name]) for name, mean in self.avg_parameters.items()]
        copied = [] if self.update_buffers else [*zip(self.module.buffers(), model.buffers())]
        devices = {each.device for pair in pairs + copied for each in pair}
        if len(devices) > 1 or not _is_known(type(self)):
            stock(self, model)
            return
        steps = int(self.steps)
        if steps == 0:
            copied += pairs
        elif steps % self.interval == 0:
            averaged = zip(*(pair for pair in pairs if pair[0].is_floating_point()))
            self.avg_func(*(_Together(list(tensors)) for tensors in averaged), self.steps)
        if copied:
            torch._foreach_copy_(*map(list, zip(*copied)))
        self.steps += 1

    average.update_parameters = update_parameters


DEFECT = Defect(
    name='averaging_by_tensor',
    patches={'mmengine.model.averaged_model': _patch},
    cured='a moving average is updated in few operations',
    versions='mmengine <= 0.10.7 with mmagic <= 1.2.0',
)
