"""What generators on top of a trunk have in common."""

from mmengine.model import BaseModule
from torch import nn

from ...errors import ConfigError
from ...structures import AnyLayout
from ..layers import initialize_weights
from ..parts.building import build_for, build_part
from ..parts.contracts import Trunk


class TrunkGenerator(BaseModule):
    """A generator whose shared encoder E offers its features to the losses.

    Args:
        layout_channels: Channels N' of the layout.
        base_channels: Width c of the trunk.
        upsampling: Depth of the trunk, see :class:`SPADETrunk`.
        trunk: Config of the trunk; type and sizes are filled in where it does not give them.
        init_gain: Gain of Xavier's normal initialisation.
        noise: Config of noise that joins the layout on its way into the trunk, such as
            ``dict(type='LayoutNoise')``; None: a layout has one picture.

    Raises:
        ConfigError: The trunk cannot keep the noise from its norms, which it is to do.
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
        super().__init__()
        self.init_gain = init_gain
        self.noise = build_part(noise)
        seen = 0 if noise is None else self.noise.channels
        hidden = 0 if noise is None or self.noise.modulates else seen
        self.trunk = build_for(
            Trunk,
            {'type': 'SPADETrunk', **(trunk or {})},
            layout_channels=layout_channels + seen - hidden,
            noise_channels=hidden,
            base_channels=base_channels,
            upsampling=upsampling,
        )
        if hidden != getattr(self.trunk, 'noise_channels', 0):
            raise ConfigError(
                'noise with modulates=False needs a trunk that takes noise_channels, as SPADETrunk '
                f'does; {type(self.trunk).__name__} does not: set modulates=True'
            )

    @property
    def feature_channels(self) -> dict[str, int]:
        """Channels of each trunk feature, coarse to fine."""
        return self.trunk.feature_channels

    @property
    def feature_names_fine_to_coarse(self) -> list[str]:
        """Names of the trunk features, the finest first."""
        return self.trunk.feature_names_fine_to_coarse

    @property
    def divisor(self) -> int:
        """Heights and widths that the trunk takes are multiples of it; 1 where it does not say."""
        return getattr(self.trunk, 'divisor', 1)

    def joined(self, layout: AnyLayout) -> AnyLayout:
        """The layout as the trunk takes it: with noise, where the generator has noise."""
        return layout if self.noise is None else self.noise(layout)

    def init_weights(self) -> None:
        """Initialise all parts: Xavier normal, biases 0, except those with a way of their own."""
        for part in self.children():
            if _initialises_itself(part):
                part.init_weights()
            else:
                initialize_weights(part, self.init_gain)


def _initialises_itself(part: nn.Module) -> bool:
    """Whether a part has an ``init_weights`` or ``init_cfg`` of its own."""
    own = getattr(type(part), 'init_weights', BaseModule.init_weights)
    return own is not BaseModule.init_weights or bool(getattr(part, 'init_cfg', None))
