"""Checkpoints are loaded safely, and MMEngine's own checkpoints load at all.

Versions: mmengine <= 0.10.7. With torch >= 2.6 it cannot resume (``torch.load`` is weights-only and
a checkpoint holds ``HistoryBuffer`` and numpy scalars); with older torch, and for downloads with
every torch, it runs whatever code a checkpoint brings along.
Upstream: https://github.com/open-mmlab/mmengine/issues/1655. OneDL's mmengine (<= 0.10.12) resumes,
but turns the safe loader off where it refuses, whatever the checkpoint holds.

Local files and downloads go through :func:`safe_load`. On torch >= 2.6 that is torch's weights-only
loader with the allow-list :func:`allowed_globals` and nothing else; on older torch, whose safe
loader cannot build any class that it does not know, an unpickler with the same allow-list (and
torch's own). Anything else is refused with :class:`UnsafeCheckpointError` before it is looked up,
so that nothing of it runs. Not covered on torch < 2.6: ``pavi://``, ``s3://`` and ``petrel://``.
"""

import importlib
import math
import os
import pickle
import re
import zipfile
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from ..errors import CheckpointError, one_line
from ._archives import archive_problem, record_sizes
from ._defect import Defect
from ._versions import older_than

_STATISTICS = ('min', 'max', 'current', 'mean')
_NUMBER_TYPES = (
    'bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64',
    'float16', 'float32', 'float64',
)  # fmt: skip

# What torch and the unpicklers raise on a file that is not what torch wrote, or not all of it.
_UNREADABLE = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip


class UnsafeCheckpointError(CheckpointError):
    """A checkpoint holds something else than tensors, numbers, text and MMEngine's log history."""


def allowed_globals() -> dict[str, Any]:
    """What a checkpoint may name beside torch's own list: name in the file -> object.

    The log history (``HistoryBuffer``) with its four statistics, and numpy numbers and arrays of
    numbers under the module names of numpy 1 and 2. Three functions are replaced by narrow ones.
    """
    import numpy as np
    from mmengine.logging.history_buffer import HistoryBuffer

    allowed: dict[str, Any] = {
        'mmengine.logging.history_buffer.HistoryBuffer': HistoryBuffer,
        'builtins.getattr': _history_statistic,
        'numpy.ndarray': np.ndarray,
        'numpy.dtype': np.dtype,
    }
    for module in ('numpy.core.multiarray', 'numpy._core.multiarray'):
        allowed[f'{module}._reconstruct'] = _empty_array
        allowed[f'{module}.scalar'] = _number
    for name in _NUMBER_TYPES:
        dtype = type(np.dtype(name))
        allowed[f'{dtype.__module__}.{dtype.__name__}'] = dtype
    return allowed


def _history_statistic(owner: Any, name: str) -> Callable[..., Any]:
    """``getattr``, but only for the statistics of HistoryBuffer."""
    from mmengine.logging.history_buffer import HistoryBuffer

    if owner is HistoryBuffer and name in _STATISTICS:
        return getattr(HistoryBuffer, name)
    raise pickle.UnpicklingError(f'getattr of {name!r} on {owner!r} is not allowed')


def _empty_array(kind: Any, shape: Any, typecode: Any) -> Any:
    """First step of unpickling an array; the second one fills it with bytes."""
    import numpy as np

    if kind is not np.ndarray:
        raise pickle.UnpicklingError(f'an array of type {kind!r} is not allowed')
    # numpy itself writes (0,) here, and the second step knows how many bytes there are.
    if math.prod(shape) > 0:
        raise pickle.UnpicklingError(f'an array of shape {shape!r} without its numbers')
    return np.ndarray(shape, np.dtype(typecode))


def _number(dtype: Any, data: Any) -> Any:
    """A numpy scalar from its bytes, for number types only."""
    import numpy as np

    if not isinstance(dtype, np.dtype) or dtype.name not in _NUMBER_TYPES:
        raise pickle.UnpicklingError(f'a numpy scalar of {dtype!r} is not allowed')
    if isinstance(data, str):
        data = data.encode('latin1')
    return np.frombuffer(data, dtype)[0]


def _latin1(text: Any, encoding: str) -> bytes:
    """Bytes as a pickle of protocol 2 writes them; torch 2.1 does not know them."""
    if encoding != 'latin1' or not isinstance(text, str):
        raise pickle.UnpicklingError(f'encoding of {type(text)} as {encoding!r} is not allowed')
    return text.encode('latin1')


def _torch_is_safe() -> bool:
    """Whether torch's weights-only loader takes an allow-list with names (torch >= 2.6)."""
    return not older_than('torch', '2.6')


def safe_load(path: str | os.PathLike | Any, map_location: Any = None, mapped: bool = False) -> Any:
    """Load a checkpoint that may come from anywhere.

    Args:
        path: File name, or an open binary file.
        map_location: As for ``torch.load``.
        mapped: Where torch can, tensors of a file are read once they are looked at.

    Returns:
        What the checkpoint holds.

    Raises:
        UnsafeCheckpointError: The checkpoint holds something that is not on the allow-list.
        CheckpointError: The file is no checkpoint, or not a whole one.
    """
    import torch

    problem = archive_problem(path)
    if problem is not None:
        raise _refused(path, problem)
    try:
        if _torch_is_safe():
            names = [(value, name) for name, value in allowed_globals().items()]
            mmap = mapped and zipfile.is_zipfile(path)
            with torch.serialization.safe_globals(names):
                return torch.load(path, map_location=map_location, weights_only=True, mmap=mmap)
        module = _pickle_module(record_sizes(path))
        return torch.load(path, map_location=map_location, pickle_module=module, weights_only=False)
    except pickle.UnpicklingError as error:
        raise _refusal(path, str(error)) from None
    except MemoryError:
        raise _refused(path, 'numbers that do not fit into the memory') from None
    except _UNREADABLE as error:
        raise CheckpointError(f'cannot read the checkpoint {path}: {one_line(error)}') from error


def _within(sizes: dict[str, int], load: Callable[[tuple], Any]) -> Callable[[tuple], Any]:
    """Loading of a storage that refuses one larger than its record; old torch reads on behind it.

    Args:
        sizes: Bytes of the archive's records by name.
        load: Torch's loading of a storage from (``storage``, type, key, place, number of values).
    """
    import torch

    def load_within(saved: tuple) -> Any:
        kind, key, number = saved[1], saved[2], saved[4]
        dtype = torch.uint8 if kind is torch.UntypedStorage else kind.dtype
        found, wanted = sizes.get(f'data/{key}', 0), number * torch.empty(0, dtype=dtype).itemsize
        if not 0 <= wanted <= found:
            raise pickle.UnpicklingError(f'numbers of {wanted} bytes in a record of {found} bytes')
        return load(saved)

    return load_within


def _pickle_module(sizes: dict[str, int]) -> Any:
    """Stands in for :mod:`pickle` in ``torch.load``: unpickles what is allowed, nothing else.

    Args:
        sizes: Bytes of the archive's records by name; empty for a file that is no archive.
    """
    torch_allowed = importlib.import_module('torch._weights_only_unpickler')._get_allowed_globals()
    allowed = {'_codecs.encode': _latin1, 'builtins.set': set, **torch_allowed, **allowed_globals()}

    class Unpickler(pickle.Unpickler):
        def __setattr__(self, name: str, value: Any) -> None:
            # So torch hands over what loads a storage.
            checked = sizes and name == 'persistent_load'
            super().__setattr__(name, _within(sizes, value) if checked else value)

        def find_class(self, module: str, name: str) -> Any:
            # torch.save writes pickles of protocol 2, with the module names of Python 2.
            module, name = NAME_MAPPING.get((module, name), (module, name))
            full_name = f'{IMPORT_MAPPING.get(module, module)}.{name}'
            if full_name not in allowed:
                raise pickle.UnpicklingError(f'{full_name} was not an allowed global')
            return allowed[full_name]

    def load(file: Any, **kwargs: Any) -> Any:
        return Unpickler(file, **kwargs).load()

    return SimpleNamespace(Unpickler=Unpickler, load=load, __name__='safe_checkpoints')


def _refusal(path: Any, error: str) -> CheckpointError:
    found = re.search(r'(?:GLOBAL )?([\w.]+) (?:was not an allowed global|whose module)', error)
    unreadable = re.search(r'Unsupported operand \d+|invalid load key.*|stack underflow', error)
    if found is None and unreadable:
        return CheckpointError(f'cannot read the checkpoint {path}: {unreadable.group()}')
    what = f"'{found.group(1)}'" if found else error.splitlines()[-1].strip()
    return _refused(path, what)


def _refused(path: Any, what: str) -> UnsafeCheckpointError:
    return UnsafeCheckpointError(
        f'refused to load the checkpoint {path}: it holds {what}, and nothing of it was run. '
        'A checkpoint may hold tensors, numbers, text and the log history of MMEngine only '
        '(docs/compatibility.md).'
    )


def _patch(checkpoint: ModuleType) -> None:
    def load_from_local(filename: str, map_location: Any = None) -> Any:
        path = Path(filename).expanduser()
        if not path.is_file():
            raise FileNotFoundError(f'{filename} can not be found.')
        return safe_load(path, map_location)

    def load_url(
        url: str, model_dir: str | None = None, map_location: Any = None, progress: bool = True
    ) -> Any:
        return safe_load(_download(url, model_dir, progress), map_location)

    checkpoint.load_from_local = load_from_local
    checkpoint.CheckpointLoader.register_scheme(prefixes='', loader=load_from_local, force=True)
    # What OneDL's mmengine loads from other places, which it would do without the safe loader where
    # that refuses.
    checkpoint._safe_torch_load = lambda file, map_location=None, **_: safe_load(file, map_location)
    # load_from_http and every scheme that ends there look this name up in their module.
    checkpoint.load_url = load_url


def _download(url: str, model_dir: str | None, progress: bool) -> Path:
    """Fetch a file once into torch's folder of checkpoints, as torch.hub does."""
    from urllib.parse import urlparse

    from torch import hub

    folder = Path(model_dir or Path(hub.get_dir()) / 'checkpoints')
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(urlparse(url).path).name
    if not path.exists():
        hub.download_url_to_file(url, str(path), None, progress=progress)
    return path


_LOADER = "torch's weights-only loader" if _torch_is_safe() else 'an allow-listing unpickler'

DEFECT = Defect(
    name='safe_checkpoints',
    upstream='https://github.com/open-mmlab/mmengine/issues/1655',
    patches={'mmengine.runner.checkpoint': _patch},
    cured=f'checkpoints are read by {_LOADER}; what is not on the allow-list is refused',
)
