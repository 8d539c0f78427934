"""x (1 + g) + b, activated: as one step of the backward pass."""

import torch
from torch import Tensor
from torch.nn import functional as F

# Of PyTorch 2.3 and newer; older compilers take the step of the backward pass as it is.
_is_compiling = getattr(torch.compiler, 'is_compiling', lambda: False)


class _Gated(torch.autograd.Function):
    """Keeps x, g and the result, which the next convolution keeps anyway, and not 1 + g."""

    @staticmethod
    def forward(ctx, x: Tensor, gate: Tensor, shift: Tensor | None, slope: float) -> Tensor:
        out = torch.addcmul(x, x, gate)
        if shift is not None:
            out.add_(shift)
        if slope != 1:
            F.leaky_relu_(out, slope)
        ctx.slope, ctx.has_shift = slope, shift is not None
        ctx.save_for_backward(x, gate, *([] if slope == 1 else [out]))
        return out

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor, Tensor | None, None]:
        x, gate, *out = ctx.saved_tensors
        if out:
            grad = torch.ops.aten.leaky_relu_backward(grad, *out, ctx.slope, True)
        return torch.addcmul(grad, grad, gate), grad * x, grad if ctx.has_shift else None, None


def gated(x: Tensor, gate: Tensor, shift: Tensor | None = None, slope: float = 1.0) -> Tensor:
    """Features that are let through more or less, shifted and activated.

    Args:
        x: Features of any shape.
        gate: g, of that shape.
        shift: b, of that shape; None for none.
        slope: Negative slope, above 0, of the leaky ReLU that follows; 1 for none.

    Returns:
        act(x (1 + g) + b).
    """
    # A compiler fuses the formula by itself.
    differentiates = torch.is_grad_enabled() and (x.requires_grad or gate.requires_grad)
    if differentiates and not _is_compiling():
        return _Gated.apply(x, gate, shift, slope)
    y = torch.addcmul(x, x, gate)
    y = y if shift is None else y + shift
    return y if slope == 1 else F.leaky_relu(y, slope)
