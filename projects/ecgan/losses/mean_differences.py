"""Mean absolute differences of many pairs of tensors in few operations."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class _MeanDifferences(torch.autograd.Function):
    """Of each pair mean |x - y|; the gradient of x is sign(x - y) / n."""

    @staticmethod
    def forward(ctx, targets: Sequence[Tensor], *values: Tensor) -> Tensor:
        differences = torch._foreach_sub(values, targets)
        ctx.save_for_backward(*torch._foreach_sign(differences))
        torch._foreach_abs_(differences)
        # PyTorch's norms of all at once would add up on a CPU with an error of 1e-3.
        return torch.stack([each.mean() for each in differences])

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor | None, ...]:
        signs = ctx.saved_tensors
        grads = torch._foreach_mul(signs, [1 / max(each.numel(), 1) for each in signs])
        torch._foreach_mul_(grads, list(grad.unbind()))
        return None, *grads


def mean_differences(values: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
    """Mean |value - target| of each pair, in float32 where the tensors have less.

    Args:
        values: K tensors.
        targets: Tensors of the same shapes; no gradient flows into them.

    Returns:
        ``(K,)``.

    Raises:
        ValueError: If there is not one target of its shape for each value.
    """
    shapes = [[tuple(each.shape) for each in group] for group in (values, targets)]
    if shapes[0] != shapes[1]:
        raise ValueError(f'values and targets differ in shape: {shapes[0]} and {shapes[1]}')
    wide, of_targets = (
        [each.to(torch.promote_types(each.dtype, torch.float32)) for each in group]
        for group in (values, targets)
    )
    with torch.autocast(wide[0].device.type, enabled=False):
        return _MeanDifferences.apply([each.detach() for each in of_targets], *wide)
