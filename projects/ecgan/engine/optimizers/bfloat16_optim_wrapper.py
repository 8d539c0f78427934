"""Mixed precision on processors without a GPU: autocast to bfloat16."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from mmengine.runner.amp import autocast
from torch import nn


@OPTIM_WRAPPERS.register_module()
class Bfloat16OptimWrapper(OptimWrapper):
    """Runs the forward pass under autocast to bfloat16, on any device.

    MMEngine's ``AmpOptimWrapper`` refuses to work without an accelerator. bfloat16 has the range of
    float32, so there is no loss scale; weights, their gradients and the optimiser's state stay in
    float32. It is faster than float32 where the processor multiplies bfloat16 matrices (AMX,
    AVX512-BF16) and slower elsewhere.

    Args:
        **kwargs: As for :class:`mmengine.optim.OptimWrapper`.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Context of the forward pass."""
        with super().optim_context(model), autocast(dtype=torch.bfloat16):
            yield
