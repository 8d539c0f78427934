"""Parameter-free batch norm, synchronised across ranks on GPUs and CPUs."""

from collections.abc import Sequence

import torch
import torch.distributed as dist
import torch.distributed.nn.functional as dist_functional
from torch import Tensor, nn
from torch.nn import functional as F

from .channels_last_batch_norm import batch_norm_channels_last, sums_are_inaccurate


class ParameterFreeBatchNorm(nn.BatchNorm2d):
    """Batch norm without affine parameters: the normalising half of a SPADE norm.

    y = (x - mean) / sqrt(var + eps), mean and variance over batch, height and width of *all*
    ranks in training, running averages in evaluation.

    Deviation from :class:`torch.nn.SyncBatchNorm`, which works on GPUs only: several ranks take
    their statistics from one differentiable all-reduce, on any device. Channels-last features on
    the CPU get statistics without PyTorch's rounding error.

    Args:
        channels: Number of channels C.
        eps: Added to the variance.
        momentum: Weight of a new batch in the running averages.
    """

    def __init__(self, channels: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__(channels, eps=eps, momentum=momentum, affine=False)

    @staticmethod
    def is_distributed() -> bool:
        """Whether statistics have to be shared with other ranks."""
        return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1

    def forward(self, x: Tensor) -> Tensor:
        """Normalise features ``(N, C, H, W)``."""
        if self.training:
            return normalise_for([self], x)
        return F.batch_norm(x, self.running_mean, self.running_var, eps=self.eps)

    def batch_statistics(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Normalise by the statistics of the batch, without touching the running averages.

        Args:
            x: Features ``(N, C, H, W)``.

        Returns:
            Normalised features of the same shape; mean and unbiased variance ``(C,)``, without
            gradient.
        """
        if self.is_distributed():
            return self._of_all_ranks(x)
        count = x.numel() / x.shape[1]
        if sums_are_inaccurate(x):
            y, mean, var = batch_norm_channels_last(x, self.eps)
            return y, mean, var * (count / (count - 1))
        # Running averages with momentum 1 are the statistics of the batch.
        mean, var = self.running_mean.new_zeros(2, self.num_features)
        y = F.batch_norm(x, mean, var, training=True, momentum=1.0, eps=self.eps)
        return y, mean, var

    def _of_all_ranks(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        count = x.numel() / x.shape[1]
        # Shifting by the running mean keeps E[x^2] - E[x]^2 from cancelling.
        shift = self.running_mean.clone()
        centred = x.float() - shift.view(1, -1, 1, 1)
        sum_, squares = centred.sum(dim=(0, 2, 3)), (centred * centred).sum(dim=(0, 2, 3))
        sums = dist_functional.all_reduce(torch.cat([sum_, squares, sum_.new_tensor([count])]))
        total = sums[-1].detach()
        mean, square = (sums[:-1] / total).chunk(2)
        var = square - mean * mean
        scale = torch.rsqrt(var + self.eps).view(1, -1, 1, 1)
        y = ((centred - mean.view(1, -1, 1, 1)) * scale).to(x.dtype)
        return y, mean.detach() + shift, var.detach() * (total / (total - 1))


def normalise_for(norms: Sequence[ParameterFreeBatchNorm], x: Tensor) -> Tensor:
    """In training, normalise features once for several norms that are all given them.

    Args:
        norms: Norms of the same ``eps`` and ``momentum``; each takes the batch into its own running
            averages.
        x: Features ``(N, C, H, W)``.

    Returns:
        What each of the norms would return.
    """
    first = norms[0]
    if len(norms) == 1 and not first.is_distributed() and not sums_are_inaccurate(x):
        averages = first.running_mean, first.running_var
        return F.batch_norm(x, *averages, training=True, momentum=first.momentum, eps=first.eps)
    y, mean, var = first.batch_statistics(x)
    with torch.no_grad():
        averages = [each for norm in norms for each in (norm.running_mean, norm.running_var)]
        torch._foreach_lerp_(averages, [mean, var] * len(norms), first.momentum)
    return y
