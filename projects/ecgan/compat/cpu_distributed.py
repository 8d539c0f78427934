"""Distributed runs on CPUs: MMEngine asks for CUDA devices where there are none.

Versions: mmengine <= 0.10.7, on machines without an accelerator.
Upstream: no report found; the code is ``mmengine/dist/utils.py`` (``torch.cuda.set_device``, the
backend ``nccl``) and ``Runner.wrap_model`` (``device_ids`` for modules on the CPU, which
DistributedDataParallel refuses).

Without an accelerator the process group uses gloo and no CUDA device is selected; a module whose
parameters are on the CPU is wrapped without ``device_ids``. Machines with a GPU are not affected.
"""

import functools
from types import ModuleType
from typing import Any

from ._defect import Defect
from ._import_hook import rebind


def _patch_init_dist(dist_utils: ModuleType) -> None:
    original = dist_utils.init_dist

    @functools.wraps(original)
    def init_dist(launcher: str, backend: str = 'nccl', **kwargs: Any) -> None:
        from unittest import mock

        import torch
        from mmengine.device import get_device

        if get_device() != 'cpu':
            original(launcher, backend=backend, **kwargs)
            return
        backend = 'gloo' if backend == 'nccl' else backend
        with mock.patch.object(torch.cuda, 'set_device', lambda device: None):
            original(launcher, backend=backend, **kwargs)

    dist_utils.init_dist = init_dist
    rebind(original, init_dist, ['mmengine', 'mmagic', 'mmseg'])


def _patch_wrapper(distributed: ModuleType) -> None:
    wrapper = distributed.MMDistributedDataParallel
    original = wrapper.__init__

    @functools.wraps(original)
    def __init__(self: Any, module: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        if all(parameter.device.type == 'cpu' for parameter in module.parameters()):
            kwargs['device_ids'] = None
        original(self, module, *args, **kwargs)

    wrapper.__init__ = __init__


DEFECT = Defect(
    name='cpu_distributed',
    patches={
        'mmengine.dist.utils': _patch_init_dist,
        'mmengine.model.wrappers.distributed': _patch_wrapper,
    },
    cured='without a GPU, distributed runs use gloo on the CPU',
)
