"""Makes the installed toolbox sound: one module for each defect, a no-op where there is none.

``import projects.ecgan`` calls :func:`apply_all`; ``ecgan check`` prints :func:`status`.
The table of defects is in ``docs/compatibility.md``.
"""

from . import (
    atomic_checkpoints,
    averaging_by_tensor,
    averaging_waits,
    class_weights,
    config_layout,
    cpu_distributed,
    deferred_imports,
    early_loaders,
    ignored_class,
    init_weights,
    installed_packages,
    integer_betas,
    joined_prefixes,
    metric_arguments,
    missing_companions,
    missing_ops,
    needless_warnings,
    numpy_bool8,
    prebuilt_mmcv,
    safe_checkpoints,
    separate_ddp_keys,
    toolbox_releases,
    translation_ddp,
    visualizer_backends,
    visualizer_figure,
    waiting_threads,
)
from ._defect import Defect

_MODULES = (
    prebuilt_mmcv,
    toolbox_releases,
    missing_ops,
    missing_companions,
    # After the former, whose import function it goes on from.
    deferred_imports,
    numpy_bool8,
    installed_packages,
    metric_arguments,
    ignored_class,
    class_weights,
    init_weights,
    integer_betas,
    joined_prefixes,
    cpu_distributed,
    safe_checkpoints,
    atomic_checkpoints,
    translation_ddp,
    separate_ddp_keys,
    averaging_waits,
    averaging_by_tensor,
    early_loaders,
    needless_warnings,
    visualizer_backends,
    config_layout,
    visualizer_figure,
    waiting_threads,
)


def apply_all() -> None:
    """Apply every compatibility module that this installation needs; safe to call again."""
    for defect in status():
        defect.apply()


def status() -> list[Defect]:
    """Every defect with its state, in the order in which they are cured."""
    return [module.DEFECT for module in _MODULES]


__all__ = ['Defect', 'apply_all', 'status']
