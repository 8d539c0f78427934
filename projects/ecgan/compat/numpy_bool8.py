"""MMagic uses ``numpy.bool8``, which numpy 2 no longer has.

Versions: mmagic <= 1.2.0 with numpy >= 2.0.
Upstream: no report found; the use is in ``mmagic/utils/trans_utils.py``. The name was removed with
numpy 2.0 (https://numpy.org/doc/stable/numpy_2_0_migration_guide.html).

The alias is put back: ``numpy.bool8`` is ``numpy.bool_``.
"""

from types import ModuleType

from ._defect import Defect
from ._versions import older_than


def _patch(numpy: ModuleType) -> None:
    numpy.bool8 = numpy.bool_


DEFECT = Defect(
    name='numpy_bool8',
    versions='mmagic <= 1.2.0 with numpy >= 2.0',
    needed=lambda: not older_than('numpy', '2.0'),
    patches={'numpy': _patch},
    cured='numpy.bool8 is numpy.bool_',
    sound='this numpy has bool8',
)
