"""MMagic and MMSegmentation refuse every mmcv from 2.2 on, OneDL's among them.

Versions: mmagic <= 1.2.0 and mmsegmentation <= 1.2.2 with mmcv 2.2 or onedl-mmcv 2.3.
Upstream: https://github.com/open-mmlab/mmsegmentation/issues/3729 (``MMCV==2.2.0 is used but
incompatible``).

Both compare ``mmcv.__version__`` with limits of 2023 when they are imported; every name and
argument that they use of mmcv 2.1 is in 2.2 and in OneDL's 2.3 (``tests/test_compat`` looks). Here
the comparison, and nothing else, sees the last release that both accept; ``mmcv.__version__`` and
``mmagic.mmcv_version`` are those of the installed one. What was not looked at is refused as ever.
"""

import builtins
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

from ._defect import Defect
from ._import_hook import give_import
from ._versions import FORKS, PREBUILT_MMCV, installed, older_than

ACCEPTED = '2.1.0'
# Distribution of mmcv -> first release that the toolbox refuses, first one that was not looked at.
REFUSED = {
    'mmcv': ('2.2', '2.3'),
    'mmcv-lite': ('2.2', '2.3'),
    FORKS['mmcv']: ('2.2', '2.4'),
    PREBUILT_MMCV: ('2.2', '2.4'),
}


def _import(name: str, *args: Any, **kwargs: Any) -> Any:
    """``__import__`` for the two packages; the arguments are Python's."""
    module = builtins.__import__(name, *args, **kwargs)
    return SimpleNamespace(__version__=ACCEPTED) if name == 'mmcv' else module


def _prepare(package: ModuleType) -> None:
    give_import(package, _import)


def _restore(package: ModuleType) -> None:
    if hasattr(package, 'mmcv_version'):  # OneDL's mmseg compares nothing
        package.mmcv = import_module('mmcv')
        package.mmcv_version = package.digit_version(package.mmcv.__version__)


def _needed() -> bool:
    refusing = older_than('mmagic', '1.2.1') or older_than('mmsegmentation', '1.2.3')
    return refusing and any(
        installed(name) and not older_than(name, first) and older_than(name, unknown)
        for name, (first, unknown) in REFUSED.items()
    )


DEFECT = Defect(
    name='toolbox_releases',
    versions='mmagic <= 1.2.0, mmsegmentation <= 1.2.2 with mmcv 2.2 or onedl-mmcv 2.3',
    upstream='https://github.com/open-mmlab/mmsegmentation/issues/3729',
    needed=_needed,
    preparations={'mmagic': _prepare, 'mmseg': _prepare},
    patches={'mmagic': _restore, 'mmseg': _restore},
    cured='MMagic and MMSegmentation accept this mmcv',
    sound='MMagic and MMSegmentation accept this mmcv as it is, or it was not looked at',
)
