"""Small pieces of a training iteration."""

import torch
from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapper
from torch import Tensor, nn


def unwrap(module: nn.Module) -> nn.Module:
    """The module itself, without the wrapper of a distributed run."""
    return module.module if is_model_wrapper(module) else module


def gradients_at(
    loss: Tensor, leaves: dict[str, Tensor], wrapper: OptimWrapper
) -> dict[str, Tensor]:
    """Gradient of a loss by leaf; the graph stays.

    Args:
        loss: Scalar.
        leaves: Tensors by name.
        wrapper: Where it scales losses against underflow, the gradient is computed at that scale.

    Returns:
        Gradients by name, at scale 1.
    """
    scaler = getattr(wrapper, 'loss_scaler', None)
    scale = 1.0 if scaler is None else scaler.scale(loss.new_ones(()))
    gradients = torch.autograd.grad(loss * scale, list(leaves.values()), retain_graph=True)
    return {name: gradient / scale for name, gradient in zip(leaves, gradients)}


def to_floats(logs: dict[str, Tensor]) -> dict[str, float]:
    """All values of a log to the host in one copy: the only wait for the device in an iteration."""
    values = torch.stack([value.detach().float() for value in logs.values()]).tolist()
    return dict(zip(logs, values))
