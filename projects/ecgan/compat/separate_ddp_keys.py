"""Checkpoints of distributed GAN runs cannot be loaded: their keys hold ``.module.``.

Versions: mmengine <= 0.10.7, models in ``MMSeparateDistributedDataParallel``.
Upstream: no report found; ``Runner.save_checkpoint`` takes the outer wrapper off, not those of the
children, so that it writes ``generator.module.conv.weight``; loading looks for
``generator.conv.weight``, warns, and goes on with fresh weights - a resumed run starts anew.

Here the wrapped children leave ``module.`` out of their keys: a checkpoint of a distributed run has
the keys of one on a single process, and either loads in both.
"""

import functools
from types import ModuleType
from typing import Any

from ._defect import Defect


def _patch(wrappers: ModuleType) -> None:
    wrapper = wrappers.MMSeparateDistributedDataParallel
    child_wrapper = wrappers.MMDistributedDataParallel
    original = wrapper.__init__

    @functools.wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        original(self, *args, **kwargs)
        for child in self.module.modules():
            if isinstance(child, child_wrapper):
                child._register_state_dict_hook(_leave_out)
                child._register_load_state_dict_pre_hook(_put_in)

    wrapper.__init__ = __init__


def _leave_out(child: Any, state_dict: Any, prefix: str, metadata: Any) -> None:
    """After a child has put its tensors into ``state_dict``."""
    _rename(state_dict, f'{prefix}module.', prefix)
    # The metadata has one entry for each module, named without the final dot.
    versions = getattr(state_dict, '_metadata', {})
    versions.pop(prefix[:-1], None)
    _rename(versions, f'{prefix}module', prefix[:-1])


def _put_in(state_dict: Any, prefix: str, *_: Any) -> None:
    """Before torch's own ``load_state_dict`` comes to a child; MMEngine's passes it by."""
    if not any(key.startswith(f'{prefix}module.') for key in state_dict):
        _rename(state_dict, prefix, f'{prefix}module.')


def _rename(mapping: Any, old: str, new: str) -> None:
    for key in [key for key in mapping if key.startswith(old)]:
        mapping[new + key[len(old) :]] = mapping.pop(key)


DEFECT = Defect(
    name='separate_ddp_keys',
    patches={'mmengine.model.wrappers.seperate_distributed': _patch},
    cured='checkpoints of distributed GAN runs have the keys of single-process ones',
)
