"""MMagic's FID and PPL pass arguments that SciPy and numpy have removed.

Versions: mmagic <= 1.2.0 with SciPy >= 1.18 (FID: ``sqrtm(disp=...)``) or numpy >= 2.4 (PPL:
``percentile(interpolation=...)``).
Upstream: no report found; the code is ``mmagic/evaluation/metrics/fid.py`` and ``ppl.py``.

The two modules get functions that take the old arguments; the values are the same.
"""

from types import ModuleType, SimpleNamespace
from typing import Any

from ._defect import Defect
from ._versions import older_than


class _WithPercentile:
    """numpy as PPL knows it: ``percentile`` with an ``interpolation``."""

    def __init__(self, numpy: ModuleType) -> None:
        self.numpy = numpy

    def percentile(self, values: Any, q: float, interpolation: str) -> Any:
        return self.numpy.percentile(values, q, method=interpolation)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.numpy, name)


def _patch_fid(fid: ModuleType) -> None:
    def sqrtm(matrix: Any, disp: bool = True) -> Any:
        # SciPy takes long to import, and FID is seldom asked for.
        from scipy import linalg

        root = linalg.sqrtm(matrix)
        return root if disp else (root, None)  # FID does not look at the estimated error

    fid.linalg = SimpleNamespace(sqrtm=sqrtm)


def _patch_ppl(ppl: ModuleType) -> None:
    import numpy

    ppl.np = _WithPercentile(numpy)


DEFECT = Defect(
    name='metric_arguments',
    versions='mmagic <= 1.2.0 with SciPy >= 1.18 or numpy >= 2.4',
    needed=lambda: (
        older_than('mmagic', '1.2.1')
        and not (older_than('scipy', '1.18') and older_than('numpy', '2.4'))
    ),
    patches={
        'mmagic.evaluation.metrics.fid': _patch_fid,
        'mmagic.evaluation.metrics.ppl': _patch_ppl,
    },
    cured='FID and PPL call SciPy and numpy as these are today',
    sound='this SciPy and this numpy take the arguments of FID and PPL',
)
