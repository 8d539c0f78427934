"""Activation checkpointing of a block: less memory for one more forward pass of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.utils.checkpoint import checkpoint

from .spectral_norm import SpectralNorm


@contextmanager
def _set(thing: object, name: str, value: Any) -> Iterator[None]:
    before = getattr(thing, name)
    setattr(thing, name, value)
    try:
        yield
    finally:
        setattr(thing, name, before)


class _Repeated:
    """A training forward pass without a second update of what the first one has updated.

    Spectral norm takes what the first pass found by its power iteration; at momentum 0 running
    averages stay. It is entered anew by every backward pass through a graph that is kept.

    Args:
        block: The block that computes again.
    """

    def __init__(self, block: nn.Module) -> None:
        self.block = block
        self.stack = ExitStack()

    def __enter__(self) -> None:
        for module in self.block.modules():
            if isinstance(module, _NormBase):
                self.stack.enter_context(_set(module, 'momentum', 0.0))
            elif isinstance(module, SpectralNorm):
                self.stack.enter_context(_set(module, 'ahead', module.last))

    def __exit__(self, *error: object) -> None:
        self.stack.close()


def recomputed(block: nn.Module) -> Callable:
    """A block whose activations are not kept for the backward pass but computed again in it.

    Outputs, gradients, running averages and singular vectors are those of the block itself, as long
    as each training forward pass is followed by its backward pass before the next one.

    MMEngine's ``activation_checkpointing`` would update running averages and singular vectors a
    second time, and so differentiate another function than the one that was computed.

    Args:
        block: Module with spectrally normalised convolutions and batch norms.

    Returns:
        A function of the block's arguments.
    """

    def contexts() -> tuple:
        return nullcontext(), _Repeated(block)

    return partial(
        checkpoint, block, use_reentrant=False, preserve_rng_state=False, context_fn=contexts
    )
