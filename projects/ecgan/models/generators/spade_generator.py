"""The SPADE baseline: the same trunk with a plain image head (arXiv 1903.07291)."""

from collections.abc import Collection
from typing import Any

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn

from ...structures import AnyLayout, as_layout
from ..layers import LEAKY_SLOPE, leaky_relu
from .trunk_generator import TrunkGenerator


@MODELS.register_module()
class SPADEGenerator(TrunkGenerator):
    """I = tanh(conv3x3(leakyReLU(F))), F from :class:`SPADETrunk`.

    Args:
        *settings: As for :class:`TrunkGenerator`.
        **more: The same by name.
    """

    def __init__(self, *settings: Any, **more: Any) -> None:
        super().__init__(*settings, **more)
        self.to_image = nn.Conv2d(self.trunk.out_channels, 3, 3, padding=1)

    def forward(
        self, layout: AnyLayout | Tensor, return_features: Collection[str] = ()
    ) -> dict[str, Tensor | dict[str, Tensor]]:
        """``image`` ``(N, 3, H, W)`` in [-1, 1] of N layouts, and wanted ``features`` by name."""
        x, features = self.trunk(self.joined(as_layout(layout)), return_features)
        image = torch.tanh(self.to_image(leaky_relu(x, LEAKY_SLOPE)))
        return dict(image=image, features=features)
