"""OneDL's prebuilt mmcv does not import: it asks for the version of a package that it is not.

Versions: onedl-mmcv-cu128-torch2-8 2.3.1 (Windows, Python 3.10, with the compiled operators).
Upstream: no report found; the code is ``mmcv/version.py``, which asks for the version of
``onedl-mmcv`` (``PackageNotFoundError``).

Here the question is answered with the version of the prebuilt package.
"""

import builtins
from importlib import metadata
from types import ModuleType, SimpleNamespace
from typing import Any

from ._defect import Defect
from ._import_hook import give_import
from ._versions import FORKS, PREBUILT_MMCV, installed


def _version(package: str) -> str:
    """Version of a distribution, as ``importlib.metadata.version``."""
    return metadata.version(PREBUILT_MMCV if package == FORKS['mmcv'] else package)


def _import(name: str, *args: Any, **kwargs: Any) -> Any:
    """``__import__`` for the module; the arguments are Python's."""
    if name == 'importlib.metadata':
        return SimpleNamespace(version=_version)
    return builtins.__import__(name, *args, **kwargs)


def _prepare(version: ModuleType) -> None:
    give_import(version, _import)


DEFECT = Defect(
    name='prebuilt_mmcv',
    versions='onedl-mmcv-cu128-torch2-8 2.3.1',
    needed=lambda: bool(installed(PREBUILT_MMCV)) and not installed(FORKS['mmcv']),
    patches={},
    preparations={'mmcv.version': _prepare},
    cured='mmcv knows its version',
    sound='this mmcv is not the prebuilt one',
)
