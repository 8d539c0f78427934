"""MMagic's StyleGAN2 discriminator in any width."""

from itertools import pairwise

from mmagic.registry import MODELS
from torch import nn

from ...errors import ConfigError


@MODELS.register_module(name='SlimStyleGAN2Discriminator')
def slim_stylegan2_discriminator(
    in_size: int,
    img_channels: int = 3,
    base_channels: int = 64,
    max_channels: int = 512,
    data_aug: dict | None = None,
) -> nn.Module:
    """``ADAStyleGAN2Discriminator`` of MMagic (arXiv 1912.04958) with other widths.

    MMagic's has 512 channels at 32 x 32 and below whatever its arguments: 23 M weights for pictures
    of 64 x 64. Here it is ``base_channels`` at full resolution and doubles with each halving. It is
    a function, so that MMagic's models are imported when it is called.

    Args:
        in_size: Height and width of the pictures, a power of two from 8.
        img_channels: Channels of the pictures.
        base_channels: Width at full resolution.
        max_channels: Bound on the width.
        data_aug: Config of MMagic's ``ADAAug``, or None.

    Returns:
        The network; its state dict has the names of MMagic's.

    Raises:
        ConfigError: If ``in_size`` is no such number.
    """
    from mmagic.models.editors.stylegan1 import EqualLinearActModule
    from mmagic.models.editors.stylegan2 import ADAStyleGAN2Discriminator
    from mmagic.models.editors.stylegan2.stylegan2_modules import ConvDownLayer, ResBlock

    halvings = in_size.bit_length() - 3
    if halvings < 1 or in_size != 4 << halvings:
        raise ConfigError(f'in_size must be a power of two from 8, got {in_size}')
    # Of the smallest size, as all its layers with weights are replaced.
    network = ADAStyleGAN2Discriminator(4, img_channels=img_channels, data_aug=data_aug)
    network.log_size = halvings + 2
    widths = [min(base_channels * 2**step, max_channels) for step in range(halvings + 1)]
    network.convs = nn.Sequential(
        ConvDownLayer(img_channels, widths[0], 1),
        *(ResBlock(*pair, [1, 3, 3, 1]) for pair in pairwise(widths)),
    )
    network.final_conv = ConvDownLayer(widths[-1] + 1, widths[-1], 3)
    network.final_linear = nn.Sequential(
        EqualLinearActModule(widths[-1] * 16, widths[-1], act_cfg=dict(type='fused_bias')),
        EqualLinearActModule(widths[-1], 1),
    )
    return network
