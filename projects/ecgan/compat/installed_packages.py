"""MMEngine does not find installed packages: without ``pkg_resources``, and where they are forks.

Versions: mmengine <= 0.10.7 without setuptools or with setuptools >= 82; onedl-mmengine <= 0.10.12.
Upstream: no report found; the code is ``mmengine/utils/package_utils.py``. The module was removed
with setuptools 82 (https://setuptools.pypa.io/en/latest/history.html).

Configs of another toolbox (``_base_ = 'mmagic::...'``) and ``mmengine.hub`` fail with
``No module named 'pkg_resources'``. OneDL's fork does without it, but takes ``mmseg::...`` for the
distribution mmsegmentation, which OneDL's own is not: a config does not load, and
``mmengine.hub.get_config`` runs ``pip install mmsegmentation``, which lays the official one over
the files of the fork. The three functions ask ``importlib`` instead, also for a fork.
"""

import importlib.util
import os.path
from importlib import metadata
from types import ModuleType

from ._defect import Defect, old_mmengine
from ._import_hook import rebind
from ._versions import FORKS, installed


def _distribution(package: str) -> metadata.Distribution:
    """What pip installed by this name, or a fork that stands in for it."""
    try:
        return metadata.distribution(package)
    except metadata.PackageNotFoundError:
        if package not in FORKS:
            raise
    try:
        return metadata.distribution(FORKS[package])
    except metadata.PackageNotFoundError:
        raise metadata.PackageNotFoundError(package) from None


def is_installed(package: str) -> bool:
    """Whether a distribution or a module of this name is there."""
    try:
        _distribution(package)
    except metadata.PackageNotFoundError:
        spec = importlib.util.find_spec(package)
        return spec is not None and spec.origin is not None
    return True


def package2module(package: str) -> str:
    """Name by which a distribution is imported."""
    top_level = _distribution(package).read_text('top_level.txt')
    if not top_level:
        raise ValueError(f'can not infer the module name of {package}')
    return top_level.split()[0]


def get_installed_path(package: str) -> str:
    """Folder of a distribution's module, or of a module."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        spec = importlib.util.find_spec(package2module(package))
    if spec is None or spec.origin is None:
        raise RuntimeError(f'{package} is a namespace package, which has no folder of its own')
    return os.path.dirname(spec.origin)


def _patch(package_utils: ModuleType) -> None:
    for function in (is_installed, package2module, get_installed_path):
        original = getattr(package_utils, function.__name__)
        setattr(package_utils, function.__name__, function)
        rebind(original, function, ['mmengine', 'mmcv', 'mmagic', 'mmseg'])


def _needed() -> bool:
    without = importlib.util.find_spec('pkg_resources') is None
    return old_mmengine() and (without or installed(FORKS['mmengine']) is not None)


DEFECT = Defect(
    name='installed_packages',
    versions='mmengine <= 0.10.7 with setuptools >= 82, onedl-mmengine <= 0.10.12',
    needed=_needed,
    patches={'mmengine.utils.package_utils': _patch},
    cured='MMEngine finds installed packages without pkg_resources, also forks',
    sound='this setuptools has pkg_resources, and this mmengine is no fork',
)
