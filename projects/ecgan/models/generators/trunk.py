"""E, the shared encoder: the SPADE generator trunk (ECGAN's generator)."""

from collections.abc import Collection, Sequence

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ConfigError
from ...structures import AnyLayout
from ..layers import SPADEResidualBlock, iterated_together, recomputed
from ..parts.probing import check_features, check_layout
from .layout_noise import plain_layout

# Times the bottom is doubled on the way up.
NUM_UPSAMPLINGS = {'normal': 5, 'more': 6, 'most': 7}
# How it is doubled; the first is the papers'.
UPSAMPLING_MODES = ('nearest', 'bilinear')


@MODELS.register_module()
class SPADETrunk(BaseModule):
    """From a layout to features F of full resolution.

    The layout, resized to the bottom size, goes through a 3 x 3 convolution to 16c channels, then
    through SPADE residual blocks: ``head``, ``middle_0``, ``middle_1`` of 16c channels and ``up_0``
    to ``up_3`` of 8c, 4c, 2c, c (``most`` adds ``up_4`` of c/2), doubled in size between.

    Args:
        layout_channels: Channels N' of the layout.
        base_channels: c.
        upsampling: ``normal`` (bottom = size / 32), ``more`` (/ 64) or ``most`` (/ 128).
        hidden_channels: Hidden channels of the SPADE norms.
        layout_mode: How the SPADE norms compute, see :class:`SPADENorm`.
        norm: Config of what normalises inside the SPADE norms, see :class:`ModulatedNorm`.
        modulation: Config of what takes the place of the SPADE norms, such as
            ``dict(type='ClassAdaptiveNorm')``, see :class:`SPADEResidualBlock`.
        noise_channels: Channels behind the layout's that the first convolution sees and the blocks
            do not: noise with ``modulates=False``, see :class:`LayoutNoise`.
        recompute: Names of blocks whose activations are computed again in the backward pass and not
            kept for it (activation checkpointing).
        upsampling_mode: How features are doubled in size: ``nearest``, the papers', or
            ``bilinear`` (corners not aligned), without the steps that ``nearest`` leaves at the
            borders of the bottom's pixels. The weights are the same.

    Raises:
        ConfigError: If ``upsampling`` is not one of the three, ``base_channels`` is odd with
            ``most``, there is no block of a name in ``recompute``, or ``upsampling_mode`` is not
            one of the two.
    """

    def __init__(
        self,
        layout_channels: int,
        base_channels: int = 64,
        upsampling: str = 'normal',
        hidden_channels: int = 128,
        layout_mode: str = 'auto',
        norm: dict | None = None,
        modulation: dict | None = None,
        noise_channels: int = 0,
        recompute: Sequence[str] = (),
        upsampling_mode: str = UPSAMPLING_MODES[0],
    ) -> None:
        super().__init__()
        if upsampling not in NUM_UPSAMPLINGS:
            raise ConfigError(
                f'upsampling must be one of {sorted(NUM_UPSAMPLINGS)}, got {upsampling!r}'
            )
        if upsampling == 'most' and base_channels % 2:
            raise ConfigError(f"upsampling 'most' halves base_channels, got {base_channels}")
        if upsampling_mode not in UPSAMPLING_MODES:
            raise ConfigError(
                f'trunk.upsampling_mode must be one of {UPSAMPLING_MODES}, got {upsampling_mode!r}'
            )
        self.upsampling_mode = upsampling_mode
        self.layout_channels, self.noise_channels = layout_channels, noise_channels
        self.divisor = 2 ** NUM_UPSAMPLINGS[upsampling]
        widths = dict(head=16, middle_0=16, middle_1=16, up_0=8, up_1=4, up_2=2, up_3=1)
        self.feature_channels = {name: base_channels * width for name, width in widths.items()}
        if upsampling == 'most':
            self.feature_channels['up_4'] = base_channels // 2
        # Blocks that run at twice the size of the one before them.
        self._doubling = {name for name in self.feature_channels if name.startswith('up_')}
        self._doubling.add('middle_0')
        if upsampling != 'normal':
            self._doubling.add('middle_1')

        bottom = 16 * base_channels
        self.stem = nn.Conv2d(layout_channels + noise_channels, bottom, 3, padding=1)
        self.blocks = nn.ModuleDict()
        previous = bottom
        for name, channels in self.feature_channels.items():
            self.blocks[name] = SPADEResidualBlock(
                previous,
                channels,
                layout_channels,
                hidden_channels,
                layout_mode,
                norm=norm,
                modulation=modulation,
            )
            previous = channels
        self.out_channels = previous
        unknown = set(recompute) - set(self.blocks)
        if unknown:
            raise ConfigError(
                f'no block {sorted(unknown)} to recompute, there are {[*self.blocks]}'
            )
        self.recompute = tuple(recompute)

    @property
    def feature_names_fine_to_coarse(self) -> list[str]:
        """Names of the blocks, the last (finest) first."""
        return list(reversed(self.feature_channels))

    def bottom_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Size at which the trunk starts.

        Args:
            size: Height and width of the layout, multiples of 2^(5, 6, 7).

        Returns:
            Height and width of the bottom.
        """
        return size[0] // self.divisor, size[1] // self.divisor

    def forward(
        self, layout: AnyLayout, return_features: Collection[str] = ()
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Run the trunk.

        Args:
            layout: Layout ``(N, N', H, W)``, joined by noise where the trunk has noise channels.
            return_features: Names of blocks whose output is wanted as well.

        Returns:
            F of shape ``(N, C, H, W)`` and the wanted block outputs by name.

        Raises:
            ConfigError: If the layout's channels or size do not fit, or a wanted feature does not
                exist.
        """
        divisors = {name: 2**count for name, count in NUM_UPSAMPLINGS.items()}
        advice = f'choose another upsampling of the trunk (divisors: {divisors})'
        channels = self.layout_channels + self.noise_channels
        check_layout(layout, channels, self.divisor, advice)
        check_features(return_features, self.feature_channels)
        start = layout.resized(self.bottom_size(layout.shape))
        x = self.stem(start.one_hot(self.stem.weight.dtype))
        if self.noise_channels:
            layout = plain_layout(layout)
        features = {}
        with iterated_together(self.blocks):
            for name, block in self.blocks.items():
                if name in self._doubling:
                    x = F.interpolate(x, scale_factor=2, mode=self.upsampling_mode)
                recompute = name in self.recompute and torch.is_grad_enabled()
                x = recomputed(block)(x, layout) if recompute else block(x, layout)
                if name in return_features:
                    features[name] = x
        return x, features
