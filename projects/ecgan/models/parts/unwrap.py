"""The module inside the wrapper of a distributed run."""

from mmengine.model import is_model_wrapper
from torch import nn


def unwrap(module: nn.Module) -> nn.Module:
    """The module itself, without the wrapper of a distributed run."""
    return module.module if is_model_wrapper(module) else module
