"""SPADE norm and SPADE residual block (METHOD, generator; arXiv 1903.07291, section 3)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...structures import DenseLayout, Layout
from .batch_norm import ParameterFreeBatchNorm
from .initialization import spectral_norm

LEAKY_SLOPE = 0.2


class SPADENorm(nn.Module):
    """Batch norm whose scale and shift are computed from the layout, pixel by pixel.

    y = norm(x) * (1 + gamma(S)) + beta(S), h = ReLU(conv3x3(S)), gamma = conv3x3(h),
    beta = conv3x3(h), S resized to the size of x.

    Args:
        channels: Channels C of the features.
        layout_channels: Channels N' of the layout.
        hidden_channels: Channels of h.
    """

    def __init__(self, channels: int, layout_channels: int, hidden_channels: int = 128) -> None:
        super().__init__()
        self.norm = ParameterFreeBatchNorm(channels)
        self.shared = nn.Conv2d(layout_channels, hidden_channels, 3, padding=1)
        self.gamma = nn.Conv2d(hidden_channels, channels, 3, padding=1)
        self.beta = nn.Conv2d(hidden_channels, channels, 3, padding=1)

    def forward(self, x: Tensor, layout: Layout | DenseLayout) -> Tensor:
        """Normalise and modulate.

        Args:
            x: Features ``(N, C, h, w)``.
            layout: Layout at any size.

        Returns:
            Modulated features ``(N, C, h, w)``.
        """
        normalised = self.norm(x)
        hidden = F.relu(self.shared(layout.resized(x.shape[-2:]).one_hot(x.dtype)))
        return torch.addcmul(self.beta(hidden), normalised, 1 + self.gamma(hidden))


class SPADEResidualBlock(nn.Module):
    """x_s + conv_1(a(norm_1(conv_0(a(norm_0(x)))))), a = leaky ReLU 0.2, middle = min(in, out).

    x_s = conv_s(norm_s(x)) where the channel count changes (1 x 1, no bias, no activation), else x.
    All convolutions are spectrally normalised.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        layout_channels: Channels N' of the layout.
        hidden_channels: Hidden channels of the SPADE norms.
    """

    def __init__(
        self, in_channels: int, out_channels: int, layout_channels: int, hidden_channels: int = 128
    ) -> None:
        super().__init__()
        middle = min(in_channels, out_channels)
        self.norm_0 = SPADENorm(in_channels, layout_channels, hidden_channels)
        self.conv_0 = spectral_norm(nn.Conv2d(in_channels, middle, 3, padding=1))
        self.norm_1 = SPADENorm(middle, layout_channels, hidden_channels)
        self.conv_1 = spectral_norm(nn.Conv2d(middle, out_channels, 3, padding=1))
        self.has_shortcut = in_channels != out_channels
        if self.has_shortcut:
            self.norm_s = SPADENorm(in_channels, layout_channels, hidden_channels)
            self.conv_s = spectral_norm(nn.Conv2d(in_channels, out_channels, 1, bias=False))

    def forward(self, x: Tensor, layout: Layout | DenseLayout) -> Tensor:
        """Run the block.

        Args:
            x: Features ``(N, in, h, w)``.
            layout: Layout at any size.

        Returns:
            Features ``(N, out, h, w)``.
        """
        shortcut = self.conv_s(self.norm_s(x, layout)) if self.has_shortcut else x
        hidden = self.conv_0(F.leaky_relu(self.norm_0(x, layout), LEAKY_SLOPE))
        return shortcut + self.conv_1(F.leaky_relu(self.norm_1(hidden, layout), LEAKY_SLOPE))
