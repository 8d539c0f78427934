"""Distributed Pix2Pix and CycleGAN do not synchronise their gradients.

Versions: mmengine <= 0.10.7 with mmagic <= 1.2.0 (all translation models).
Upstream: no report found. ``MMSeparateDistributedDataParallel`` wraps the ``ModuleDict`` of
generators as one module, and the model takes the wrapper off to choose a generator by its domain:
the forward pass of DistributedDataParallel, which prepares the reduction, never runs, and every
process trains a model of its own.

Here the members of a ``ModuleDict`` are wrapped one by one, so that the chosen one is synchronised.
"""

import functools
from types import ModuleType
from typing import Any

from ._defect import Defect, old_mmengine
from ._versions import older_than


def _patch(wrappers: ModuleType) -> None:
    from torch import nn

    wrapper = wrappers.MMSeparateDistributedDataParallel
    original = wrapper.__init__

    @functools.wraps(original)
    def __init__(self: Any, module: Any, **kwargs: Any) -> None:  # noqa: N807
        children = module._modules
        groups = {
            name: child for name, child in children.items() if isinstance(child, nn.ModuleDict)
        }
        # A stand-in without parameters is left alone and keeps the order of the children.
        children.update({name: nn.Identity() for name in groups})
        original(self, module, **kwargs)
        for name, group in groups.items():
            # The wrapper wraps the children of what it gets: here the members of the group.
            original(wrapper.__new__(wrapper), _Members(group), **kwargs)
            children[name] = group
            for member in group.values():
                # The model initialises its members by this name.
                inner = getattr(member, 'module', member)
                if hasattr(inner, 'init_weights'):
                    member.init_weights = inner.init_weights

    class _Members(nn.Module):
        """The members of a group as children; both share one dict."""

        def __init__(self, group: nn.ModuleDict) -> None:
            super().__init__()
            self._modules = group._modules

    wrapper.__init__ = __init__


DEFECT = Defect(
    name='translation_ddp',
    versions='mmengine <= 0.10.7, onedl-mmengine <= 0.10.12 with mmagic <= 1.2.0',
    needed=lambda: old_mmengine() and older_than('mmagic', '1.2.1'),
    patches={'mmengine.model.wrappers.seperate_distributed': _patch},
    cured='distributed translation models average their gradients',
    sound='this mmagic was not checked for the defect',
)
