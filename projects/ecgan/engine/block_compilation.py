"""torch.compile for the blocks of a network, and not for the Python around them."""

import torch
from torch import nn

from ..models.layers import ModulatedNorm, SPADEResidualBlock, may_index

GRAPHS_OF_A_BLOCK = 8


def compile_blocks(
    module: nn.Module, backend: str = 'inductor', mode: str | None = None
) -> tuple[int, int]:
    """Compile every :class:`SPADEResidualBlock` that convolves one-hot layouts.

    The blocks hold most of an update and are pure tensor functions of fixed shapes: each becomes
    one graph. What surrounds them (losses that sample, optimisers, logs) is left to Python, and so
    are blocks that compute on the distinct neighbourhoods of a layout, as they do on CPUs: the
    number of these differs from layout to layout, and each new number would be another graph.

    A block that the backend fails on (no C++ compiler, say) runs uncompiled, with a warning: from
    this call on, that holds for all of ``torch.compile`` in the process, as does the raised number
    of graphs of one function.

    Args:
        module: Network; its weights, their names and its copies stay as they are.
        backend: Backend of ``torch.compile``.
        mode: Mode of ``torch.compile``, such as ``max-autotune``.

    Returns:
        Number of blocks that are compiled, each when it first runs, and number of all blocks.
    """
    blocks = [each for each in module.modules() if isinstance(each, SPADEResidualBlock)]
    fixed = [block for block in blocks if _has_fixed_shapes(block)]
    torch._dynamo.config.suppress_errors = True
    # The blocks share their code, of which the compiler keeps 8 graphs: too few where they run in
    # more than one way (with and without gradients, in training and evaluation).
    limit = torch._dynamo.config.cache_size_limit
    torch._dynamo.config.cache_size_limit = max(limit, GRAPHS_OF_A_BLOCK * len(fixed))
    for block in fixed:
        # Not an attribute over `forward`, which a deep copy would share with this block.
        block.compile(backend=backend, mode=mode, dynamic=False)
    return len(fixed), len(blocks)


def _has_fixed_shapes(block: SPADEResidualBlock) -> bool:
    """Whether no norm of the block would take the indexed way."""
    device = next(block.parameters()).device
    norms = [each for each in block.modules() if isinstance(each, ModulatedNorm)]
    return not any(may_index(norm.layout_mode, device) for norm in norms)
