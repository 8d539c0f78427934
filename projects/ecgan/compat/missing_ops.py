"""mmcv-lite has no compiled operators, yet MMagic and MMSegmentation import them.

Versions: mmcv-lite 2.0 to 2.1 (full mmcv is sound), mmagic <= 1.2.0, mmsegmentation <= 1.2.2.
Upstream: https://github.com/open-mmlab/mmcv/issues/2059 (``No module named 'mmcv._ext'``).

``mmagic.models`` and ``mmseg.models`` import ``mmcv.ops`` at import time, which loads the extension
``mmcv._ext``. Here a missing extension yields placeholders: everything imports, and an operator
raises one clear error when it is called. ``mmcv._ext`` itself stays absent, because MMEngine's
``mmcv_full_available()`` looks for it.
"""

import importlib.machinery
import importlib.util
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

from ..errors import UserError
from ._defect import Defect


class MissingOperatorError(UserError, RuntimeError):
    """A compiled operator was called that mmcv-lite does not have."""


def _has_no_extension() -> bool:
    mmcv = importlib.util.find_spec('mmcv')
    if mmcv is None or not mmcv.submodule_search_locations:
        return False
    return importlib.machinery.PathFinder.find_spec('_ext', mmcv.submodule_search_locations) is None


def _patch(ext_loader: ModuleType) -> None:
    original: Callable[[str, Sequence[str]], Any] = ext_loader.load_ext

    def load_ext(name: str, funcs: Sequence[str]) -> Any:
        try:
            return original(name, funcs)
        except ModuleNotFoundError as error:
            # Only a missing extension: one that is there and does not load must still say why.
            if error.name != f'mmcv.{name}':
                raise
            return SimpleNamespace(**{func: _placeholder(func) for func in funcs})

    ext_loader.load_ext = load_ext


def _placeholder(func: str) -> Callable[..., NoReturn]:
    def missing_op(*args: Any, **kwargs: Any) -> NoReturn:
        raise MissingOperatorError(
            f"mmcv.ops: the compiled operator '{func}' is not in this mmcv (mmcv-lite). "
            'Install the full mmcv 2.1.0 to use it: see docs/compatibility.md.'
        )

    missing_op.__name__ = func
    return missing_op


DEFECT = Defect(
    name='missing_ops',
    versions='mmcv-lite 2.0 to 2.1',
    upstream='https://github.com/open-mmlab/mmcv/issues/2059',
    needed=_has_no_extension,
    patches={'mmcv.utils.ext_loader': _patch},
    cured='mmcv.ops imports with placeholders; calling a compiled operator raises an error',
    sound='mmcv has its compiled operators',
)
