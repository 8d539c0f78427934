"""mmcv-lite has no compiled operators, yet MMagic and MMSegmentation import them.

Versions: mmcv-lite 2.0 to 2.2, onedl-mmcv where its build did not find torch (full mmcv is sound),
mmagic <= 1.2.0, mmsegmentation <= 1.2.2.
Upstream: https://github.com/open-mmlab/mmcv/issues/2059 (``No module named 'mmcv._ext'``).

``mmagic.models`` and ``mmseg.models`` import ``mmcv.ops`` at import time, which loads the extension
``mmcv._ext``. Here a missing extension yields placeholders: everything imports, and an operator
raises one clear error when it is called. ``mmcv._ext`` itself stays absent, because MMEngine's
``mmcv_full_available()`` looks for it.

The operators of StyleGAN (``upfirdn2d``, ``fused_bias_leakyrelu``, ``bias_act``,
``filtered_lrelu``) need no extension: mmcv has each in plain PyTorch as well, differentiable any
number of times, but takes that form on CPUs only. Here it takes it on every device.
"""

import importlib.machinery
import importlib.util
import inspect
from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, NoReturn

from ..errors import UserError
from ._defect import Defect


class MissingOperatorError(UserError, RuntimeError):
    """A compiled operator was called that this mmcv does not have."""


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


def _prefer_plain(module: ModuleType) -> None:
    """Let the module's functions not ask for a compiled form unless they are told to."""
    for function in vars(module).values():
        if isinstance(function, FunctionType):
            parameters = inspect.signature(function).parameters
            if [*parameters][-1:] == ['use_custom_op']:
                function.__defaults__ = (*function.__defaults__[:-1], False)


def _use_plain_leaky_relu(module: ModuleType) -> None:
    module.fused_bias_leakyrelu = module.bias_leakyrelu_ref


def _placeholder(func: str) -> Callable[..., NoReturn]:
    def missing_op(*args: Any, **kwargs: Any) -> NoReturn:
        raise MissingOperatorError(
            f"mmcv.ops: the compiled operator '{func}' is not in this mmcv. Install the full mmcv "
            '2.1.0, or onedl-mmcv with its operators, to use it: see docs/compatibility.md.'
        )

    missing_op.__name__ = func
    return missing_op


DEFECT = Defect(
    name='missing_ops',
    versions='mmcv-lite 2.0 to 2.2, onedl-mmcv built without torch',
    upstream='https://github.com/open-mmlab/mmcv/issues/2059',
    needed=_has_no_extension,
    patches={
        'mmcv.utils.ext_loader': _patch,
        'mmcv.ops.upfirdn2d': _prefer_plain,
        'mmcv.ops.bias_act': _prefer_plain,
        'mmcv.ops.filtered_lrelu': _prefer_plain,
        'mmcv.ops.fused_bias_leakyrelu': _use_plain_leaky_relu,
    },
    cured="StyleGAN's operators run in plain PyTorch; any other compiled one raises an error",
    sound='mmcv has its compiled operators',
)
