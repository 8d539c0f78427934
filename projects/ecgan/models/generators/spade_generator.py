"""The SPADE baseline: the same trunk with a plain image head (arXiv 1903.07291)."""

from collections.abc import Collection

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
        layout_channels: Channels N' of the layout.
        base_channels: Width c of the trunk.
        upsampling: Depth of the trunk.
        trunk: Config of the trunk; type and sizes are filled in where it does not give them.
        init_gain: Gain of Xavier's normal initialisation.
        noise: Config of noise beside the layout, :class:`LayoutNoise`, or None.
    """

    def __init__(
        self,
        layout_channels: int,
        base_channels: int = 64,
        upsampling: str = 'normal',
        trunk: dict | None = None,
        init_gain: float = 0.02,
        noise: dict | None = None,
    ) -> None:
        super().__init__(layout_channels, base_channels, upsampling, trunk, init_gain, noise)
        self.to_image = nn.Conv2d(self.trunk.out_channels, 3, 3, padding=1)

    def forward(
        self,
        layout: AnyLayout | Tensor,
        return_features: Collection[str] = (),
    ) -> dict[str, Tensor | dict[str, Tensor]]:
        """Generate images from layouts.

        Args:
            layout: Layout object, or a tensor of layout channels ``(N, N', H, W)``.
            return_features: Names of trunk features wanted as well.

        Returns:
            ``image`` ``(N, 3, H, W)`` in [-1, 1], and ``features`` by name.
        """
        x, features = self.trunk(self.joined(as_layout(layout)), return_features)
        image = torch.tanh(self.to_image(leaky_relu(x, LEAKY_SLOPE)))
        return dict(image=image, features=features)
