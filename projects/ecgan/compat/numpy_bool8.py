"""MMagic uses ``numpy.bool8``, which numpy 2 no longer has.

Versions: mmagic <= 1.2.0 with numpy >= 2.0.
Upstream: no report found; the use is in ``mmagic/utils/trans_utils.py``. The name was removed with
numpy 2.0 (https://numpy.org/doc/stable/numpy_2_0_migration_guide.html).

The alias is put back: ``numpy.bool8`` is ``numpy.bool_``.
"""

import numpy as np

from ._versions import installed

NAME = 'numpy_bool8'
VERSIONS = 'mmagic <= 1.2.0 with numpy >= 2.0'

applied = False


def needed() -> bool:
    """Whether numpy is 2.0 or newer."""
    numpy = installed('numpy')
    return numpy is not None and numpy >= (2, 0)


def apply() -> None:
    """Put the alias back."""
    global applied
    np.bool8 = np.bool_
    applied = True


def detail() -> str:
    """One line about what holds on this machine."""
    return 'numpy.bool8 is numpy.bool_' if applied else f'numpy {np.__version__} has bool8'
