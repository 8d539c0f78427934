"""Parameter-free batch norm, synchronised across ranks on GPUs and CPUs."""

import torch
import torch.distributed as dist
import torch.distributed.nn.functional as dist_functional
from torch import Tensor, nn
from torch.nn import functional as F


class ParameterFreeBatchNorm(nn.SyncBatchNorm):
    """Batch norm without affine parameters: the normalising half of a SPADE norm.

    y = (x - mean) / sqrt(var + eps), mean and variance over batch, height and width of *all*
    ranks in training, running averages in evaluation.

    Deviation from :class:`torch.nn.SyncBatchNorm`: that class refuses CPU tensors when a process
    group exists, so CPU ranks (gloo) take their statistics from one differentiable all-reduce.

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
        """Normalise.

        Args:
            x: Features ``(N, C, H, W)``.

        Returns:
            Normalised features of the same shape.
        """
        if self.training and self.is_distributed():
            return super().forward(x) if x.is_cuda else self._forward_cpu_ranks(x)
        return F.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            training=self.training,
            momentum=self.momentum if self.training else 0.0,
            eps=self.eps,
        )

    def _forward_cpu_ranks(self, x: Tensor) -> Tensor:
        count = x.numel() / x.shape[1]
        # Shifting by the running mean keeps E[x^2] - E[x]^2 from cancelling.
        shift = self.running_mean.detach().clone().view(1, -1, 1, 1)
        centred = x - shift
        sum_, squares = centred.sum(dim=(0, 2, 3)), (centred * centred).sum(dim=(0, 2, 3))
        sums = torch.cat([sum_, squares, x.new_tensor([count])])
        sums = dist_functional.all_reduce(sums)
        total = sums[-1].detach()
        mean, square = (sums[:-1] / total).chunk(2)
        var = square - mean * mean
        with torch.no_grad():
            self.running_mean.lerp_(mean + shift.flatten(), self.momentum)
            self.running_var.lerp_(var * (total / (total - 1)), self.momentum)
        scale = torch.rsqrt(var + self.eps)
        return (centred - mean.view(1, -1, 1, 1)) * scale.view(1, -1, 1, 1)
