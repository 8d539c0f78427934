"""OneDL's MMEngine draws a data loader's random number later: a seed gives another run.

Versions: onedl-mmengine 0.10.12.
Upstream: no report found; the code is ``_InfiniteDataloaderIterator`` of
``mmengine/runner/loops.py``. To make a loader's iterator draws a number of torch's generator.
MMEngine makes it with the train loop, before weights are initialised, the fork with the first
batch, so that the same config and seed begin with other weights.

Here it is made with the loop. What the fork gains on a resume stays: it drops it, and begins anew
at the right batch.
"""

import functools
from types import ModuleType
from typing import Any

from ._defect import Defect
from ._versions import older_than


def _patch(loops: ModuleType) -> None:
    kind = loops._InfiniteDataloaderIterator
    original = kind.__init__

    @functools.wraps(original)
    def __init__(self: Any, dataloader: Any) -> None:  # noqa: N807
        original(self, dataloader)
        if hasattr(self, '_ensure_iterator'):
            self._ensure_iterator()

    kind.__init__ = __init__


DEFECT = Defect(
    name='early_loaders',
    versions='onedl-mmengine 0.10.12',
    needed=lambda: older_than('onedl-mmengine', '0.10.13'),
    patches={'mmengine.runner.loops': _patch},
    cured="a seed gives the same run as with OpenMMLab's MMEngine",
    sound='this mmengine makes the iterator of a loader with the loop, or was not looked at',
)
