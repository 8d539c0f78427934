"""The module inside the wrapper of a distributed run."""

import re
from collections.abc import Mapping
from typing import TypeVar

from mmengine.model import is_model_wrapper
from torch import nn

Value = TypeVar('Value')


def unwrap(module: nn.Module) -> nn.Module:
    """The module itself, without the wrapper of a distributed run."""
    return module.module if is_model_wrapper(module) else module


def unwrapped_names(state: Mapping[str, Value]) -> dict[str, Value]:
    """Entries of a state dict, by the names that they have without such a wrapper."""
    return {re.sub(r'^module\.', '', name): value for name, value in state.items()}
