"""Batch norm of channels-last features on the CPU with accurate sums.

PyTorch's kernel for this memory format adds all pixels one after the other in float32: at 256 x 256
its outputs are off by 3e-5, where its kernel for contiguous features is off by 3e-7. That moves
gradients of the whole generator by up to half a per cent, through the kinks of its activations and
losses.
"""

import torch
from torch import Tensor

# Pixels that are summed at a time: they stay in the cache between two operations.
CHUNK_PIXELS = 2048


class _ChannelsLastBatchNorm(torch.autograd.Function):
    """Works on rows, one a pixel; keeps the result, not the input, for the backward pass."""

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


def sums_are_inaccurate(x: Tensor) -> bool:
    """Whether PyTorch would use the kernel that this module replaces.

    Args:
        x: Features ``(N, C, H, W)``.

    Returns:
        True for channels-last features on the CPU.
    """
    channels_last = x.is_contiguous(memory_format=torch.channels_last)
    return x.device.type == 'cpu' and channels_last and not x.is_contiguous()


def batch_norm_channels_last(x: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """Normalise each channel by its statistics over batch, height and width.

    Args:
        x: Features ``(N, C, H, W)``, channels last in memory; statistics are taken in float32
            where the features have less.
        eps: Added to the variance.

    Returns:
        (x - mean) / sqrt(var + eps) of the same shape, dtype and memory format; mean and (biased)
        variance ``(C,)``, without gradient.
    """
    wide = x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
    y, mean, var = _ChannelsLastBatchNorm.apply(wide, eps)
    return y.to(x.dtype), mean, var
