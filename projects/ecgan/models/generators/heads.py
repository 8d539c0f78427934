"""G_e, G_i and G_t: edge generator, image generator, attention guided edge transfer (ECGAN)."""

import math
from collections.abc import Sequence

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...errors import ConfigError
from ..layers import LEAKY_SLOPE, gated, leaky_relu

# Widths of the released networks, whatever the trunk's width.
LADDER_WIDTHS = (32, 16, 8)


def _ladder(in_channels: int, widths: Sequence[int]) -> nn.ModuleList:
    inputs = (in_channels, *widths[:-1])
    return nn.ModuleList(nn.Conv2d(i, o, 3, padding=1) for i, o in zip(inputs, widths))


@MODELS.register_module()
class EdgeGenerator(BaseModule):
    """G_e: from trunk features F to edges I'_e, and the ladder's raw outputs F_e^1..F_e^n.

    F_e^j = conv_j(a(F_e^(j-1))), F_e^0 = F, a = leaky ReLU 0.2; I'_e = tanh(conv(a(F_e^n))).

    Args:
        in_channels: Channels C of F.
        widths: Channels of F_e^1..F_e^n.
    """

    def __init__(self, in_channels: int, widths: Sequence[int] = LADDER_WIDTHS) -> None:
        super().__init__()
        self.ladder = _ladder(in_channels, widths)
        self.to_edge = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Generate edges.

        Args:
            x: Trunk features ``(N, C, H, W)``.

        Returns:
            Edges ``(N, 3, H, W)`` in [-1, 1], and F_e^1..F_e^n.
        """
        stages = []
        for conv in self.ladder:
            x = conv(leaky_relu(x, LEAKY_SLOPE))
            stages.append(x)
        return torch.tanh(self.to_edge(leaky_relu(x, LEAKY_SLOPE))), stages


@MODELS.register_module()
class AttentionEdgeTransfer(BaseModule):
    """G_t: F_i <- F_i * sigmoid(F_e) + F_i.

    With an ``opening``: F_i <- g F_i * sigmoid(F_e) + F_i, g a scalar that is learned, the same
    wherever the module is used.

    Args:
        opening: Where g starts, 0 for a gate that is closed at first: edges then enter as far as
            the losses open it. None: the papers' gate, without g.

    Raises:
        ConfigError: It is no number.
    """

    def __init__(self, opening: float | None = None) -> None:
        super().__init__()
        if opening is not None and not (_is_number(opening) and math.isfinite(opening)):
            raise ConfigError(f'edge_transfer.opening is to be a number or None, got {opening!r}')
        # A parameter that is None has no key in checkpoints.
        start = None if opening is None else nn.Parameter(torch.tensor(float(opening)))
        self.register_parameter('opening', start)

    def forward(self, x: Tensor, edge: Tensor) -> Tensor:
        """Features or image ``(N, C, H, W)``, gated by edge features or edges of the same shape."""
        gate = torch.sigmoid(edge)
        return gated(x, gate if self.opening is None else gate * self.opening)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@MODELS.register_module()
class ImageGenerator(BaseModule):
    """G_i: from trunk features F to the coarse image I', gated by the edges where there are any.

    F_i^j = conv_j(a(F_i^(j-1))), then F_i^j <- transfer(F_i^j, F_e^j); T = tanh(conv(a(F_i^n)));
    I' = transfer(T, I'_e). With the transfer |I'| reaches 1 + sigmoid(1) = 1.73, with an opening of
    g 1 + 0.73 |g|; not clamped.

    Args:
        in_channels: Channels C of F.
        widths: Channels of F_i^1..F_i^n; the edge generator's, if there is a transfer.
    """

    def __init__(self, in_channels: int, widths: Sequence[int] = LADDER_WIDTHS) -> None:
        super().__init__()
        self.ladder = _ladder(in_channels, widths)
        self.to_image = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(
        self,
        x: Tensor,
        edge: Tensor | None = None,
        edge_stages: Sequence[Tensor] = (),
        transfer: nn.Module | None = None,
    ) -> Tensor:
        """Generate the coarse image.

        Args:
            x: Trunk features ``(N, C, H, W)``.
            edge: I'_e ``(N, 3, H, W)``; needed with a transfer.
            edge_stages: F_e^1..F_e^n; needed with a transfer.
            transfer: Module of two arguments, features and edge features; None for no transfer.

        Returns:
            I' of shape ``(N, 3, H, W)``.
        """
        for index, conv in enumerate(self.ladder):
            x = conv(leaky_relu(x, LEAKY_SLOPE))
            if transfer is not None:
                x = transfer(x, edge_stages[index])
        image = torch.tanh(self.to_image(leaky_relu(x, LEAKY_SLOPE)))
        return image if transfer is None else transfer(image, edge)
