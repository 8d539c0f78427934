"""SPADE norm and SPADE residual block (ECGAN's generator; arXiv 1903.07291, section 3)."""

from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F

from ...structures import AnyLayout, NeighbourhoodIndex
from ..parts.building import build_part
from .batch_norm import ParameterFreeBatchNorm, normalise_for
from .indexed_convolution import (
    check_mode,
    choose_index,
    convolve_hidden,
    convolve_layout,
    modulate,
)
from .modulated_norm import ModulatedNorm
from .spectral_norm import SpectralConv2d, spectral_norm

LEAKY_SLOPE = 0.2


@MODELS.register_module()
class SPADENorm(ModulatedNorm):
    """A norm whose scale and shift are computed from the layout, pixel by pixel.

    y = norm(x) * (1 + gamma(S)) + beta(S), h = ReLU(conv3x3(S)), gamma = conv3x3(h),
    beta = conv3x3(h), S resized to the size of x.

    Args:
        channels: Channels C of the features.
        layout_channels: Channels N' of the layout.
        hidden_channels: Channels of h.
        layout_mode: ``plain`` convolves the one-hot layout; ``indexed`` computes gamma and beta
            once for each distinct 5 x 5 neighbourhood of the label map, with the same result;
            ``auto`` takes the faster.
        norm: Config of ``norm``, see :class:`ModulatedNorm`.
    """

    def __init__(
        self,
        channels: int,
        layout_channels: int,
        hidden_channels: int = 128,
        layout_mode: str = 'auto',
        norm: dict | None = None,
    ) -> None:
        super().__init__(channels, norm)
        self.layout_mode = check_mode(layout_mode)
        self.shared = nn.Conv2d(layout_channels, hidden_channels, 3, padding=1)
        self.gamma = nn.Conv2d(hidden_channels, channels, 3, padding=1)
        self.beta = nn.Conv2d(hidden_channels, channels, 3, padding=1)

    def modulate(self, normalised: Tensor, layout: AnyLayout, slope: float) -> Tensor:
        """Modulate and activate, see :class:`ModulatedNorm`."""
        layout = layout.resized(normalised.shape[-2:])
        index = choose_index(layout, self.layout_mode)
        if index is None:
            hidden = F.relu(self.shared(layout.one_hot(normalised.dtype)))
            return self._modulate_densely(normalised, hidden, slope)
        return modulate(normalised, self._table(index), index.lookup_5, slope)

    def _table(self, index: NeighbourhoodIndex) -> Tensor:
        """1 + gamma and beta of each distinct neighbourhood, ``(U5, 2C)``."""
        hidden = F.relu(convolve_layout(index, self.shared.weight, self.shared.bias))
        return convolve_hidden(index, hidden, *self._scale_and_shift())


class SPADEResidualBlock(nn.Module):
    """x_s + conv_1(a(norm_1(conv_0(a(norm_0(x)))))), a = leaky ReLU 0.2, middle = min(in, out).

    x_s = conv_s(norm_s(x)) where the channel count changes (1 x 1, no bias, no activation), else x.
    All convolutions are spectrally normalised.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        layout_channels: Channels N' of the layout.
        hidden_channels: Hidden channels of the SPADE norms.
        layout_mode: How the norms compute, see :class:`SPADENorm`.
        share_norm: Whether, in training, norm_0 and norm_s normalise x once: the statistics of
            their batch norms are the same.
        norm: Config of what normalises inside the norms, see :class:`ModulatedNorm`.
        modulation: Config of the norms, :class:`SPADENorm` where it gives no type: registered
            modules of ``x``, ``layout`` and ``slope``, see :meth:`ModulatedNorm.forward`. Sizes and
            the two arguments above are filled in where they have them.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        layout_channels: int,
        hidden_channels: int = 128,
        layout_mode: str = 'auto',
        share_norm: bool = True,
        norm: dict | None = None,
        modulation: dict | None = None,
    ) -> None:
        super().__init__()

        def build_norm(channels: int) -> nn.Module:
            return build_part(
                {'type': 'SPADENorm', **(modulation or {})},
                channels=channels,
                layout_channels=layout_channels,
                hidden_channels=hidden_channels,
                layout_mode=layout_mode,
                norm=norm,
            )

        middle = min(in_channels, out_channels)
        self.norm_0 = build_norm(in_channels)
        batch_norm = getattr(self.norm_0, 'norm', None)
        self.share_norm = share_norm and isinstance(batch_norm, ParameterFreeBatchNorm)
        self.conv_0 = spectral_norm(SpectralConv2d(in_channels, middle, 3, padding=1))
        self.norm_1 = build_norm(middle)
        self.conv_1 = spectral_norm(SpectralConv2d(middle, out_channels, 3, padding=1))
        self.has_shortcut = in_channels != out_channels
        if self.has_shortcut:
            self.norm_s = build_norm(in_channels)
            self.conv_s = spectral_norm(SpectralConv2d(in_channels, out_channels, 1, bias=False))

    def forward(self, x: Tensor, layout: AnyLayout) -> Tensor:
        """From ``(N, in, h, w)`` to ``(N, out, h, w)``, for layouts of any size."""
        if self.has_shortcut and self.share_norm and self.training:
            normalised = normalise_for([self.norm_0.norm, self.norm_s.norm], x)
            shortcut = self.conv_s(self.norm_s.modulate(normalised, layout, 1.0))
            hidden = self.conv_0(self.norm_0.modulate(normalised, layout, LEAKY_SLOPE))
        else:
            shortcut = self.conv_s(self.norm_s(x, layout)) if self.has_shortcut else x
            hidden = self.conv_0(self.norm_0(x, layout, LEAKY_SLOPE))
        return shortcut + self.conv_1(self.norm_1(hidden, layout, LEAKY_SLOPE))
