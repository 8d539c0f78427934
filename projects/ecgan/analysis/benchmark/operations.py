"""How many operations an update consists of, which no load on the machine can change."""

import ctypes
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch.utils._python_dispatch import TorchDispatchMode

_PACKAGE = Path(__file__).resolve().parents[2]
# Operations that move no numbers, though their schemas do not say so.
_VIEWS = {'aten::_unsafe_view', 'aten::detach', 'aten::lift_fresh', 'aten::promote_types'}
_CASTS = {'aten::_to_copy'}
_COPIES = {'aten::clone', 'aten::copy_', 'aten::contiguous', 'aten::cat', 'aten::_foreach_copy_'}
# A line of oneDNN's log, after a marker and perhaps times: ...,exec,cpu,reorder,...,milliseconds.
_REORDER = re.compile(r'^(?:one)?dnn\w*_verbose,.*\bexec,\w+,reorder,.*,([\d.e+-]+)$', re.M)


class OperationCounter(TorchDispatchMode):
    """Counts what is computed inside it; views are left out.

    Attributes:
        names: Operations by name, such as ``aten::convolution``.
        places: Operations by where they come from: a module of this package, another package, or a
            step of the backward pass.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.places: Counter[str] = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if not _is_view(function):
            self.names[function._schema.name] += 1
            self.places[_place()] += 1
        return function(*args, **(kwargs or {}))

    def report(self) -> dict:
        """``operations``, ``casts``, ``copies`` (numbers), ``by_name`` and ``by_place``."""
        return dict(
            operations=sum(self.names.values()),
            casts=sum(self.names[name] for name in _CASTS),
            copies=sum(self.names[name] for name in _COPIES),
            by_name=dict(self.names.most_common()),
            by_place=dict(self.places.most_common()),
        )


def _is_view(function: torch._ops.OpOverload) -> bool:
    schema = function._schema
    infos = [each.alias_info for each in schema.returns]
    return schema.name in _VIEWS or any(info is not None and not info.is_write for info in infos)


def _place() -> str:
    """Where the operation under way comes from."""
    node = torch._C._current_autograd_node()
    if node is not None:
        return f'backward: {node.name()}'
    frame = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if _PACKAGE in path.parents and 'benchmark' not in path.parts:
            return '.'.join(path.relative_to(_PACKAGE).with_suffix('').parts)
        frame = frame.f_back
    return 'elsewhere'


def count_launches(step: Callable[[], object]) -> dict:
    """``launches`` of a GPU in a step, and the milliseconds in which it computes."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
        step()
        torch.cuda.synchronize()
    events = profiler.events()
    on_device = [each for each in events if each.device_type == torch.autograd.DeviceType.CUDA]
    return dict(
        launches=len(on_device),
        device_milliseconds=sum(each.time_range.elapsed_us() for each in on_device) / 1000,
    )


def count_reorders(step: Callable[[], object]) -> dict:
    """``reorders`` of memory by oneDNN in a step on a CPU, and their milliseconds, by its log."""
    if not torch.backends.mkldnn.is_available():
        return {}
    log_on = torch.backends.mkldnn.verbose(torch.backends.mkldnn.VERBOSE_ON)
    with _standard_output() as log, log_on:
        step()
    milliseconds = [float(each) for each in _REORDER.findall(log())]
    return dict(reorders=len(milliseconds), reorder_milliseconds=sum(milliseconds))


@contextmanager
def _standard_output() -> Iterator[Callable[[], str]]:
    """What libraries print, in place of the terminal; ask for it afterwards."""
    sys.stdout.flush()
    _flush_libraries()
    kept = os.dup(1)
    with tempfile.TemporaryFile('w+', encoding='utf-8', errors='replace') as file:
        os.dup2(file.fileno(), 1)
        text = ''
        try:
            yield lambda: text
        finally:
            _flush_libraries()
            os.dup2(kept, 1)
            os.close(kept)
            file.seek(0)
            text = file.read()


def _flush_libraries() -> None:
    """Write out what libraries have printed and the C library still holds."""
    if os.name == 'posix':
        ctypes.CDLL(None).fflush(None)
