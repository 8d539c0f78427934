"""Small pieces of a training iteration."""

from collections.abc import Collection, Iterable

import torch
from mmengine.optim import OptimWrapper
from torch import Tensor, nn

from ...structures import Layout


def generate(
    generator: nn.Module, layout: Layout, features: Collection[str], samples: int = 0
) -> dict[str, Tensor | dict[str, Tensor]]:
    """The generator's outputs for a batch, and second images of its first layouts.

    The second images are of the same pass, as layouts behind the batch: each gets noise of its own,
    and a distributed run reduces gradients once.

    Args:
        generator: The generator.
        layout: N layouts.
        features: Names of the features that a loss wants.
        samples: How many of the layouts are generated twice.

    Returns:
        The outputs for the N layouts; with ``samples`` also ``second_image``
        ``(samples, 3, H, W)``, of which there are no more than N.
    """
    if samples == 0:
        return generator(layout, return_features=features)
    count = len(layout)
    outputs = generator(Layout.stacked([layout, layout[:samples]]), return_features=features)
    kept = {name: value[:count] for name, value in outputs.items() if name != 'features'}
    kept['features'] = {name: value[:count] for name, value in outputs.get('features', {}).items()}
    return kept | {'second_image': outputs['image'][count:]}


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


def left_untouched(tensors: Iterable[Tensor]) -> Tensor | int:
    """0, of which every tensor has a gradient of zeros.

    A distributed run waits for the gradient of every weight, also of one that a loss leaves out.

    Args:
        tensors: Weights, or what was computed with them.

    Returns:
        A scalar; the number 0 without tensors.
    """
    return sum(each.unsqueeze(0)[:0].sum() for each in tensors)


def to_floats(logs: dict[str, Tensor]) -> dict[str, float]:
    """All values of a log to the host in one copy: the only wait for the device in an iteration."""
    values = torch.stack([value.detach().float() for value in logs.values()]).tolist()
    return dict(zip(logs, values))
