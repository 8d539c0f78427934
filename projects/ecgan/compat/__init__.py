"""Makes the installed toolbox sound: one module for each defect, a no-op where there is none.

``import projects.ecgan`` calls :func:`apply_all`; ``tools/check_env.py`` prints :func:`status`.
The table of defects is in ``docs/compatibility.md``.
"""

from dataclasses import dataclass
from typing import Literal

from . import (
    atomic_checkpoints,
    cpu_distributed,
    init_weights,
    missing_ops,
    numpy_bool8,
    safe_checkpoints,
    separate_ddp_keys,
    translation_ddp,
)

_DEFECTS = (
    missing_ops,
    numpy_bool8,
    init_weights,
    cpu_distributed,
    safe_checkpoints,
    atomic_checkpoints,
    translation_ddp,
    separate_ddp_keys,
)


@dataclass(frozen=True)
class DefectStatus:
    """State of one compatibility module.

    Attributes:
        name: Name of the module in this package.
        versions: The versions the defect concerns.
        state: ``'applied'`` or ``'not needed'``.
        detail: What was done, or why nothing had to be.
    """

    name: str
    versions: str
    state: Literal['applied', 'not needed']
    detail: str


def apply_all() -> None:
    """Apply every compatibility module that this installation needs; safe to call again."""
    for defect in _DEFECTS:
        if not defect.applied and defect.needed():
            defect.apply()


def status() -> list[DefectStatus]:
    """State of every compatibility module, in the order in which they are applied."""
    return [
        DefectStatus(
            name=defect.NAME,
            versions=defect.VERSIONS,
            state='applied' if defect.applied else 'not needed',
            detail=defect.detail(),
        )
        for defect in _DEFECTS
    ]


__all__ = ['DefectStatus', 'apply_all', 'status']
