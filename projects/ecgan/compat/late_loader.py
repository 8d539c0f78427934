"""The same seed gives other weights with OneDL's MMEngine than with MMEngine.

Versions: onedl-mmengine 0.10.12.
Upstream: no report found; the change is in ``mmengine/runner/loops.py``.

A loader's iterator draws a random number when it is made. MMEngine makes it with the train loop,
before the weights are drawn; the fork makes it at the first batch, so that the weights of a seed
are others, and in a resumed run the number is drawn after the random numbers were restored. Here it
is made with the loop again: a recipe trains alike on both, and resumes exactly.
"""

import functools
from types import ModuleType

from ._defect import Defect
from ._versions import installed


def _patch(loops: ModuleType) -> None:
    iterator = loops._InfiniteDataloaderIterator
    if not hasattr(iterator, '_ensure_iterator'):
        return
    original = iterator.__init__

    @functools.wraps(original)
    def init(self, *args, **kwargs) -> None:
        original(self, *args, **kwargs)
        self._ensure_iterator()

    iterator.__init__ = init


DEFECT = Defect(
    name='late_loader',
    versions='onedl-mmengine 0.10.12',
    needed=lambda: installed('onedl-mmengine') is not None,
    patches={'mmengine.runner.loops': _patch},
    cured="a seed gives the weights that it gives with OpenMMLab's MMEngine",
    sound="not OneDL's mmengine",
)
