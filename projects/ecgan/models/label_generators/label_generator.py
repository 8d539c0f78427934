"""The label generator G_l: an image back to layout logits.

The papers name it and do not describe it, and no code of it is public. Our reading: a light
convolutional encoder-decoder trained with the generator, kept meaningful by a cross entropy on
photos.

Deliberate choices. Group norm, without running statistics, treats photos, coarse and final images
alike, and makes the small initial weights (gain 0.02) harmless. Logits are predicted and judged at
half resolution: enlarging a map of many classes costs more than the network. With the width of the
generator's trunk, it costs about 2 % of the generator.
"""

from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ConfigError
from ..layers import LEAKY_SLOPE, initialize_weights

_GROUP_SIZE = 8


def _block(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """3x3 convolution, group norm in groups of 8 channels, leaky ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, stride, 1),
        nn.GroupNorm(out_channels // _GROUP_SIZE, out_channels),
        nn.LeakyReLU(LEAKY_SLOPE, inplace=True),
    )


@MODELS.register_module()
class LabelGenerator(BaseModule):
    """Light encoder-decoder from an image to layout logits.

    Encoder at 1/2, 1/4, 1/8 of the resolution with c, 2c, 4c channels; decoder back to 1/2, adding
    the encoder's features of the same resolution; a 1x1 convolution to the classes.

    Args:
        num_classes: Classes N of the layout.
        base_channels: Width c, a multiple of 8; that of the generator's trunk is a good choice.
        init_gain: Gain of Xavier's normal initialisation.

    Raises:
        ConfigError: If ``base_channels`` is not a multiple of 8.
    """

    def __init__(self, num_classes: int, base_channels: int = 64, init_gain: float = 0.02) -> None:
        super().__init__()
        if base_channels <= 0 or base_channels % _GROUP_SIZE:
            raise ConfigError(
                f'base_channels must be a multiple of {_GROUP_SIZE}, got {base_channels}'
            )
        self.num_classes = num_classes
        self.init_gain = init_gain
        width = base_channels
        self.encoder = nn.ModuleList(
            [_block(3, width, 2), _block(width, 2 * width, 2), _block(2 * width, 4 * width, 2)]
        )
        self.bottleneck = _block(4 * width, 4 * width)
        self.decoder = nn.ModuleList([_block(4 * width, 2 * width), _block(2 * width, width)])
        self.classifier = nn.Conv2d(width, num_classes, 1)

    def init_weights(self) -> None:
        """Initialise all layers (Xavier normal, biases 0)."""
        initialize_weights(self, self.init_gain)

    def forward(self, image: Tensor) -> Tensor:
        """Predict layout logits.

        Args:
            image: RGB, (N, 3, H, W), in [-1, 1]; a coarse image may exceed it.

        Returns:
            Logits (N, num_classes, H / 2, W / 2), odd sizes rounded up; a logit stands for the
            label of the first of its pixels (the nearest rule).
        """
        skips, x = [], image
        for stage in self.encoder:
            x = stage(x)
            skips.append(x)
        x = self.bottleneck(skips.pop())
        for stage in self.decoder:
            skip = skips.pop()
            # Convolving before enlarging takes a quarter of the work.
            x = F.interpolate(stage(x), size=skip.shape[2:], mode='nearest') + skip
        return self.classifier(x)
