"""What generators on top of a trunk have in common."""

from mmengine.model import BaseModule

from ..building import build_part
from ..layers import initialize_weights


class TrunkGenerator(BaseModule):
    """A generator whose shared encoder E offers its features to the losses.

    Args:
        layout_channels: Channels N' of the layout.
        base_channels: Width c of the trunk.
        upsampling: Depth of the trunk, see :class:`SPADETrunk`.
        trunk: Config of the trunk; type and sizes are filled in where it does not give them.
        init_gain: Gain of Xavier's normal initialisation.
    """

    def __init__(
        self,
        layout_channels: int,
        base_channels: int,
        upsampling: str,
        trunk: dict | None,
        init_gain: float,
    ) -> None:
        super().__init__()
        self.init_gain = init_gain
        self.trunk = build_part(
            {'type': 'SPADETrunk', **(trunk or {})},
            layout_channels=layout_channels,
            base_channels=base_channels,
            upsampling=upsampling,
        )

    @property
    def feature_channels(self) -> dict[str, int]:
        """Channels of each trunk feature, coarse to fine."""
        return self.trunk.feature_channels

    @property
    def feature_names_fine_to_coarse(self) -> list[str]:
        """Names of the trunk features, the finest first."""
        return self.trunk.feature_names_fine_to_coarse

    def init_weights(self) -> None:
        """Initialise all parts (Xavier normal, biases 0)."""
        initialize_weights(self, self.init_gain)
