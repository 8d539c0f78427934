"""Parameter-free batch norm, synchronised across ranks on GPUs and CPUs."""

import torch
import torch.distributed as dist
import torch.distributed.nn.functional as dist_functional
from torch import Tensor, nn
from torch.nn import functional as F

# Pixels that are summed at a time: they stay in the cache between two operations.
CHUNK_PIXELS = 2048


class _ChannelsLastBatchNorm(torch.autograd.Function):
    """Batch norm of channels-last features on the CPU with accurate sums.

    PyTorch's kernel for this memory format adds all pixels one after the other in float32, which at
    256 x 256 is off by 3e-5, a hundred times more than its kernel for contiguous features.
    """

    @staticmethod
    def forward(ctx, x: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        batch, channels, height, width = x.shape
        rows = x.permute(0, 2, 3, 1).flatten(0, 2)
        mean = rows.mean(0)
        y = torch.empty_like(rows)
        squares = [
            torch.sub(part, mean, out=out).square().sum(0)
            for part, out in zip(rows.split(CHUNK_PIXELS), y.split(CHUNK_PIXELS))
        ]
        var = torch.stack(squares).sum(0) / len(rows)
        scale = torch.rsqrt(var + eps)
        y.mul_(scale)
        ctx.save_for_backward(y, scale)
        ctx.mark_non_differentiable(mean, var)
        return y.view(batch, height, width, channels).permute(0, 3, 1, 2), mean, var

    @staticmethod
    def backward(ctx, grad: Tensor, *_: None) -> tuple[Tensor, None]:
        y, scale = ctx.saved_tensors
        batch, channels, height, width = grad.shape
        rows = grad.permute(0, 2, 3, 1).reshape(-1, channels)
        mean = rows.mean(0)
        products = [
            (part * normalised).sum(0)
            for part, normalised in zip(rows.split(CHUNK_PIXELS), y.split(CHUNK_PIXELS))
        ]
        slope = torch.stack(products).sum(0) / len(rows)
        # d/dx of (x - mean) * scale: scale * (g - mean(g) - y * mean(g * y))
        result = torch.empty_like(rows)
        for part, normalised, out in zip(*(t.split(CHUNK_PIXELS) for t in (rows, y, result))):
            torch.mul((part - mean).addcmul_(normalised, slope, value=-1), scale, out=out)
        return result.view(batch, height, width, channels).permute(0, 3, 1, 2), None


class ParameterFreeBatchNorm(nn.BatchNorm2d):
    """Batch norm without affine parameters: the normalising half of a SPADE norm.

    y = (x - mean) / sqrt(var + eps), mean and variance over batch, height and width of *all*
    ranks in training, running averages in evaluation.

    Deviation from :class:`torch.nn.SyncBatchNorm`, which works on GPUs only: several ranks take
    their statistics from one differentiable all-reduce, on any device.

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
            return self._forward_ranks(x)
        return F.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            training=self.training,
            momentum=self.momentum if self.training else 0.0,
            eps=self.eps,
        )

    def _forward_ranks(self, x: Tensor) -> Tensor:
        count = x.numel() / x.shape[1]
        # Shifting by the running mean keeps E[x^2] - E[x]^2 from cancelling.
        shift = self.running_mean.clone()
        centred = x.float() - shift.view(1, -1, 1, 1)
        sum_, squares = centred.sum(dim=(0, 2, 3)), (centred * centred).sum(dim=(0, 2, 3))
        sums = dist_functional.all_reduce(torch.cat([sum_, squares, sum_.new_tensor([count])]))
        total = sums[-1].detach()
        mean, square = (sums[:-1] / total).chunk(2)
        var = square - mean * mean
        with torch.no_grad():
            self.running_mean.lerp_(mean + shift, self.momentum)
            self.running_var.lerp_(var * (total / (total - 1)), self.momentum)
        scale = torch.rsqrt(var + self.eps).view(1, -1, 1, 1)
        return ((centred - mean.view(1, -1, 1, 1)) * scale).to(x.dtype)
