"""Leaky ReLU that keeps its result, which the next convolution keeps anyway, and not its input."""

import torch
from torch import Tensor
from torch.nn import functional as F


class _LeakyReLU(torch.autograd.Function):
    """The result has the sign of the input, and that is all the gradient needs."""

    @staticmethod
    def forward(ctx, x: Tensor, slope: float) -> Tensor:
        out = F.leaky_relu(x, slope)
        ctx.slope = slope
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None]:
        (out,) = ctx.saved_tensors
        return torch.ops.aten.leaky_relu_backward(grad, out, ctx.slope, True), None


def leaky_relu(x: Tensor, slope: float) -> Tensor:
    """Leaky ReLU of features that other layers use as well.

    In front of a convolution it takes half the memory of PyTorch's, which keeps input and result.
    Where nothing else uses the features, PyTorch's in-place form takes as little.

    Args:
        x: Features of any shape.
        slope: Negative slope, above 0.

    Returns:
        max(x, slope * x).
    """
    if torch.is_grad_enabled() and x.requires_grad:
        return _LeakyReLU.apply(x, slope)
    return F.leaky_relu(x, slope)
