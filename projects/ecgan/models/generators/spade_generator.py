"""The SPADE baseline: the same trunk with a plain image head (METHOD, SPADE baseline)."""

from collections.abc import Collection

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...structures import DenseLayout, Layout, as_layout
from ..building import build_part
from ..layers import LEAKY_SLOPE, initialize_weights, leaky_relu


@MODELS.register_module()
class SPADEGenerator(BaseModule):
    """I = tanh(conv3x3(leakyReLU(F))), F from :class:`SPADETrunk`.

    Args:
        layout_channels: Channels N' of the layout.
        base_channels: Width c of the trunk.
        upsampling: Depth of the trunk.
        trunk: Config of the trunk; type and sizes are filled in where it does not give them.
        init_gain: Gain of Xavier's normal initialisation.
    """

    def __init__(
        self,
        layout_channels: int,
        base_channels: int = 64,
        upsampling: str = 'normal',
        trunk: dict | None = None,
        init_gain: float = 0.02,
    ) -> None:
        super().__init__()
        self.init_gain = init_gain
        self.trunk = build_part(
            {'type': 'SPADETrunk', **(trunk or {})},
            layout_channels=layout_channels,
            base_channels=base_channels,
            upsampling=upsampling,
        )
        self.to_image = nn.Conv2d(self.trunk.out_channels, 3, 3, padding=1)

    @property
    def feature_channels(self) -> dict[str, int]:
        """Channels of each trunk feature, coarse to fine."""
        return self.trunk.feature_channels

    @property
    def feature_names_fine_to_coarse(self) -> list[str]:
        """Names of the trunk features, the finest first."""
        return self.trunk.feature_names_fine_to_coarse

    def init_weights(self) -> None:
        """Initialise trunk and head (Xavier normal, biases 0)."""
        initialize_weights(self, self.init_gain)

    def forward(
        self,
        layout: Layout | DenseLayout | Tensor,
        return_features: Collection[str] = (),
    ) -> dict[str, Tensor | dict[str, Tensor]]:
        """Generate images from layouts.

        Args:
            layout: Layout object, or a tensor of layout channels ``(N, N', H, W)``.
            return_features: Names of trunk features wanted as well.

        Returns:
            ``image`` ``(N, 3, H, W)`` in [-1, 1], and ``features`` by name.
        """
        x, features = self.trunk(as_layout(layout), return_features)
        image = torch.tanh(self.to_image(leaky_relu(x, LEAKY_SLOPE)))
        return dict(image=image, features=features)
