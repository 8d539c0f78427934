"""A light encoder-decoder that segments photos and finds out generated images (OASIS).

You Only Need Adversarial Supervision (arXiv 2012.04781), section 3.1: the discriminator is an
encoder-decoder of residual blocks with skip connections and spectral norm, after the U-Net
discriminator (arXiv 2002.12655), and gives every pixel one of N + 1 classes.
"""

from collections.abc import Sequence
from itertools import pairwise

from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from ...errors import ConfigError
from ..layers import (
    LEAKY_SLOPE,
    initialize_weights,
    iterated_together,
    leaky_relu,
    spectral_norm,
)
from .single_scale import SegmentingDiscriminator


def _convolution(in_channels: int, out_channels: int, kernel: int, bias: bool = True) -> nn.Conv2d:
    padding = kernel // 2
    return spectral_norm(nn.Conv2d(in_channels, out_channels, kernel, padding=padding, bias=bias))


class ResidualBlock(nn.Module):
    """shortcut(x) + conv(act(conv(act(x)))), 3 x 3 convolutions, leaky ReLU 0.2, spectral norm.

    Args:
        in_channels: Channels of x.
        out_channels: Channels of the result. Where they differ, the shortcut is a 1 x 1
            convolution.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.first = _convolution(in_channels, out_channels, 3)
        self.second = _convolution(out_channels, out_channels, 3)
        differ = in_channels != out_channels
        self.shortcut = _convolution(in_channels, out_channels, 1, False) if differ else None

    def forward(self, x: Tensor) -> Tensor:
        """From ``(N, in, H, W)`` to ``(N, out, H, W)``."""
        y = leaky_relu(self.first(leaky_relu(x, LEAKY_SLOPE)), LEAKY_SLOPE)
        return self.second(y) + (x if self.shortcut is None else self.shortcut(x))


class SegmentationDecoder(nn.Module):
    """From features of several sizes to logits at the size of the finest.

    From the coarsest on: d_k = f_k; s = f_i + up(project(d_i+1)), a 1 x 1 convolution and nearest
    enlargement; d_i = s + conv(act(s)), leaky ReLU and a 3 x 3 convolution, which the finest size
    does without. Then leaky ReLU and a 1 x 1 convolution to the logits, without spectral norm.

    Args:
        widths: Channels of the features, fine to coarse.
        out_channels: Channels of the logits.
    """

    def __init__(self, widths: list[int], out_channels: int) -> None:
        super().__init__()
        self.project = nn.ModuleList(
            _convolution(coarse, fine, 1, False) for fine, coarse in pairwise(widths)
        )
        self.refine = nn.ModuleList(_convolution(width, width, 3) for width in widths[1:-1])
        self.to_logits = nn.Conv2d(widths[0], out_channels, 1)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        """Decode.

        Args:
            features: ``(N, widths[i], H_i, W_i)``, fine to coarse.

        Returns:
            What each size yields, coarse to fine, then the logits ``(N, out, H_0, W_0)``.
        """
        *finer, x = features
        outputs = []
        for i in reversed(range(len(finer))):
            # A 1 x 1 convolution and nearest enlargement commute; the small one is convolved.
            x = finer[i] + F.interpolate(self.project[i](x), size=finer[i].shape[2:])
            if i:
                x = x + self.refine[i - 1](leaky_relu(x, LEAKY_SLOPE))
            outputs.append(x)
        return [*outputs, self.to_logits(leaky_relu(x, LEAKY_SLOPE))]


@MODELS.register_module()
class UNetSegmentationDiscriminator(SegmentingDiscriminator):
    """Gives each pixel a class of the layout, or "generated", at full size.

    Any size of image will do. Without a layer that looks across the batch, all images run in one
    pass.

    Deviations from the paper, all to be cheap: an average pool halves the size before a block and
    not inside it; skip connections are added and not concatenated; a step of the decoder has one
    3 x 3 convolution; at full size there are the first convolution and the last alone; channels
    double with each halving after the first; the convolution to the logits has no spectral norm,
    which would bound them.

    Args:
        num_classes: Classes N of the layout.
        base_channels: Channels at full size and at half size.
        num_blocks: Residual blocks of the encoder, a halving each; the decoder has as many steps.
        max_channels: Bound on the channels.
        with_stages: Whether the blocks' outputs are returned as well, for feature matching.
        init_gain: Gain of Xavier's normal initialisation.

    Raises:
        ConfigError: If there is no block.
    """

    def __init__(
        self,
        num_classes: int,
        base_channels: int = 64,
        num_blocks: int = 4,
        max_channels: int = 512,
        with_stages: bool = False,
        init_gain: float = 1.0,
    ) -> None:
        super().__init__()
        if num_blocks < 1:
            raise ConfigError(f'discriminator.num_blocks must be 1 or more, got {num_blocks}')
        self.with_stages = with_stages
        self.init_gain = init_gain
        widths = [base_channels]
        widths += [min(base_channels << i, max_channels) for i in range(num_blocks)]
        self.stem = nn.Conv2d(3, base_channels, 3, padding=1)
        self.encoder = nn.ModuleList(ResidualBlock(*pair) for pair in pairwise(widths))
        self.decoder = SegmentationDecoder(widths, num_classes + 1)

    def init_weights(self) -> None:
        """Initialise all layers (Xavier normal, biases 0)."""
        initialize_weights(self, self.init_gain)

    def judge(self, groups: Sequence[Tensor], num_layouts: int) -> list[list[Tensor]]:
        """With ``with_stages`` the outputs of encoder and decoder, and the logits of each group."""
        # Cached: one power iteration a forward, however many groups.
        with iterated_together(self), parametrize.cached():
            return [self._judge(images) for images in groups]

    def _judge(self, images: Tensor) -> list[Tensor]:
        features = [self.stem(images)]
        for block in self.encoder:
            features.append(block(F.avg_pool2d(features[-1], 2, ceil_mode=True)))
        *stages, logits = self.decoder(features)
        return [*features[1:], *stages, logits] if self.with_stages else [logits]
