"""How far the gates of ECGAN's edge transfer are open, wherever the module is used."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ...models.generators import AttentionEdgeTransfer

# Beyond these a gate is saturated: its sigmoid hardly moves with the edges any more.
CLOSED, OPEN = 0.05, 0.95


@contextmanager
def recorded_gates(network: nn.Module) -> Iterator[dict[str, dict[str, float | None]]]:
    """Record the gate sigmoid(F_e) of each use of an :class:`AttentionEdgeTransfer`.

    Args:
        network: What holds the modules.

    Yields:
        Filled by the network's forward, by place ``NAME use K, C channels`` in the order of use:
        ``mean`` of the gate; ``closed`` and ``open``, the shares below 0.05 and above 0.95, and
        their sum ``saturated``; ``opening``, the learned number before the gate, None without one.
    """
    places: dict[str, dict[str, float | None]] = {}
    used: dict[str, int] = {}

    def record(name: str, module: AttentionEdgeTransfer, inputs: tuple[Tensor, Tensor]) -> None:
        used[name] = used.get(name, 0) + 1
        edge = inputs[1].detach()
        place = f'{name} use {used[name]}, {edge.shape[1]} channels'
        places[place] = gate_statistics(edge)
        places[place]['opening'] = None if module.opening is None else module.opening.item()

    handles = [
        module.register_forward_hook(lambda m, inputs, _, name=name: record(name, m, inputs))
        for name, module in network.named_modules()
        if isinstance(module, AttentionEdgeTransfer)
    ]
    try:
        yield places
    finally:
        for handle in handles:
            handle.remove()


def gate_statistics(edge: Tensor) -> dict[str, float]:
    """Mean and saturated shares of sigmoid(edge), see :func:`recorded_gates`."""
    gate = torch.sigmoid(edge.float())
    closed, opened = ((gate < CLOSED), (gate > OPEN))
    closed, opened = (share.double().mean().item() for share in (closed, opened))
    mean = gate.mean(dtype=torch.float64).item()
    return dict(mean=mean, closed=closed, open=opened, saturated=closed + opened)
