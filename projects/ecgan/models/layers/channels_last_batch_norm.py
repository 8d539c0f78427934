"""Batch norm of channels-last features on the CPU with accurate sums.

PyTorch's kernel for this memory format adds all pixels one after the other in float32: at 256 x 256
its outputs are off by 3e-5, where its kernel for contiguous features is off by 3e-7. That moves
gradients of the whole generator by up to half a per cent, through the kinks of its activations and
losses.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

# Pixels that are worked on at a time, more of them where channels are few: they stay in the cache
# between two operations.
CHUNK_PIXELS = 2048
CHUNK_ELEMENTS = 2**17
# Parts of the pixels whose sums are taken apart.
MAX_PARTS = 32


def _statistics(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and biased variance of each column of ``(P, C)`` rows.

    PyTorch's kernel adds P / K rows for each of K x C channels: the same memory seen with K rows
    side by side. Of the parts' means m_k and variances v_k: m = mean(m_k),
    v = mean(v_k) + mean((m_k - m)^2).
    """
    pixels, channels = rows.shape
    parts = math.gcd(pixels, MAX_PARTS)
    side_by_side = rows.view(1, pixels // parts, 1, parts * channels).permute(0, 3, 1, 2)
    means, variances = torch.batch_norm_update_stats(side_by_side, None, None, 0.0)
    means, variances = means.view(parts, channels), variances.view(parts, channels)
    between, mean = torch.var_mean(means, 0, correction=0)
    return mean, variances.mean(0).add_(between)


class _ChannelsLastBatchNorm(torch.autograd.Function):
    """Keeps the result, not the input, for the backward pass."""

    @staticmethod
    def forward(ctx, x: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        mean, var = _statistics(x.permute(0, 2, 3, 1).flatten(0, 2))
        y = F.batch_norm(x, mean, var, eps=eps)
        ctx.save_for_backward(y, torch.rsqrt(var + eps))
        ctx.mark_non_differentiable(mean, var)
        ctx.set_materialize_grads(False)
        return y, mean, var

    @staticmethod
    def backward(ctx, grad: Tensor | None, *_: None) -> tuple[Tensor | None, None]:
        if grad is None:
            return None, None
        y, scale = ctx.saved_tensors
        batch, channels, height, width = grad.shape
        rows = grad.permute(0, 2, 3, 1).reshape(-1, channels)
        result = torch.empty_like(rows)
        normalised = y.permute(0, 2, 3, 1).flatten(0, 2)
        pixels = max(CHUNK_PIXELS, CHUNK_ELEMENTS // channels)
        chunks = list(zip(*(t.split(pixels) for t in (rows, normalised, result))))
        sums = rows.new_empty(len(chunks), 2, channels)
        for (g, n, out), (of_grad, of_product) in zip(chunks, sums):
            torch.sum(g, 0, out=of_grad)
            torch.sum(torch.mul(g, n, out=out), 0, out=of_product)
        # d/dx of (x - mean) * scale: scale * (g - mean(g) - y * mean(g * y))
        shift, factor = sums.sum(0).mul_(scale / -len(rows))
        for g, n, out in chunks:
            torch.addcmul(shift, g, scale, out=out).addcmul_(n, factor)
        return result.view(batch, height, width, channels).permute(0, 3, 1, 2), None


def sums_are_inaccurate(x: Tensor) -> bool:
    """Whether PyTorch would use the kernel that this module replaces: channels last, on the CPU."""
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
