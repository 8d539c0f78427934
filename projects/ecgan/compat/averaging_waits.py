"""A moving average on a GPU waits for it twice in every update.

Versions: mmengine <= 0.10.7.
Upstream: no report found. ``BaseAveragedModel`` counts its updates in a buffer, which moves to the
GPU with the weights, and asks ``if self.steps == 0``; MMagic's ``RampUpEMA`` asks once a weight.

Here the counter stays where it was made: on the CPU. Its key and its value are the same.
"""

import functools
from types import ModuleType
from typing import Any

from ._defect import Defect


def _patch(averaged_model: ModuleType) -> None:
    average = averaged_model.BaseAveragedModel
    original = average._apply

    @functools.wraps(original)
    def _apply(self: Any, *args: Any, **kwargs: Any) -> Any:
        steps = self.steps
        original(self, *args, **kwargs)
        self.steps = steps
        return self

    average._apply = _apply


DEFECT = Defect(
    name='averaging_waits',
    patches={'mmengine.model.averaged_model': _patch},
    cured='moving averages do not wait for a GPU',
)
