"""Names and channels of the features inside networks that do not tell them."""

import copy
from collections.abc import Sequence

import torch
from torch import nn

from ...errors import ConfigError
from .feature_capture import capture_features

# Every U-Net of MMagic takes this size.
_PROBE = 512


def unet_blocks(network: nn.Module) -> tuple[str, ...]:
    """Skip blocks of MMagic's ``UnetGenerator`` as submodules are named, the finest first.

    A block returns its input beside what its decoder makes of it, at half, a quarter ... of the
    resolution. The outermost, which returns the image, is left out.

    Args:
        network: A network with a U-Net somewhere inside; others have no such blocks.
    """
    from mmagic.models.editors.pix2pix.pix2pix_modules import UnetSkipConnectionBlock

    return tuple(
        name
        for name, module in network.named_modules()
        if isinstance(module, UnetSkipConnectionBlock) and not module.is_outermost
    )


def probe_channels(network: nn.Module, names: Sequence[str], in_channels: int) -> dict[str, int]:
    """Channels of features, found by a run without data on a copy of the network.

    Args:
        network: Takes a tensor ``(N, in_channels, H, W)``.
        names: Submodules as ``named_modules`` calls them.
        in_channels: Channels of what it takes.

    Returns:
        Channels by name, in the order of ``names``.

    Raises:
        ConfigError: There is no such submodule, or the network does not run it or returns no
            feature ``(N, C, h, w)`` there.
    """
    twin = copy.deepcopy(network).to('meta').eval()
    with torch.no_grad(), capture_features(twin, names) as features:
        twin(torch.empty(1, in_channels, _PROBE, _PROBE, device='meta'))
    useless = [name for name in names if name not in features or features[name].dim() != 4]
    if useless:
        raise ConfigError(
            f'{type(network).__name__} gives no feature (N, C, h, w) at {useless}; name submodules '
            'that its forward runs, such as convolutions'
        )
    return {name: features[name].shape[1] for name in names}
