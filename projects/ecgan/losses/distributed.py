"""Collectives of the contrastive losses: one batch spread over ranks, seen as a whole by each."""

import torch
import torch.distributed as dist
from torch import Tensor


def is_spread() -> bool:
    """Whether the batch is spread over more than one rank."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def gather_batch(x: Tensor) -> tuple[Tensor, int]:
    """Concatenate a batch over the ranks; the ranks may hold different numbers of samples.

    Args:
        x: Integer or float tensor (n, ...), of the same trailing shape on all ranks, no gradient.

    Returns:
        The batch of all ranks (sum of n, ...) in the order of ranks, and the position in it of
        this rank's first sample.
    """
    if not is_spread():
        return x, 0
    count = torch.tensor([len(x)], device=x.device)
    counts = [torch.empty_like(count) for _ in range(dist.get_world_size())]
    dist.all_gather(counts, count)
    # The one place where the host has to wait: buffer sizes must be known to it.
    sizes = torch.cat(counts).tolist()
    # All ranks send the same size, as not every backend takes different ones.
    padded = x.new_zeros(max(sizes), *x.shape[1:])
    padded[: len(x)] = x
    parts = [torch.empty_like(padded) for _ in sizes]
    dist.all_gather(parts, padded)
    whole = torch.cat([part[:size] for part, size in zip(parts, sizes)])
    return whole, sum(sizes[: dist.get_rank()])


class _SumOverRanks(torch.autograd.Function):
    """All-reduce whose backward pass multiplies by the number of ranks."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        total = x.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        return grad * dist.get_world_size()


def sum_over_ranks(x: Tensor) -> Tensor:
    """Sum a tensor over the ranks, for a loss that every rank computes in full from the sum.

    The gradient that such a loss gives to this rank's summand is multiplied by the number of ranks:
    after DistributedDataParallel has averaged over the ranks, weights then have exactly the
    gradient that one process with the whole batch gives them. No communication is needed for it, as
    every rank has the same gradient of the sum.

    Args:
        x: Any tensor, of the same shape on all ranks.

    Returns:
        The sum, the same on all ranks; ``x`` itself in a single process.
    """
    return _SumOverRanks.apply(x) if is_spread() else x
