"""Running a network of one picture at a time as a discriminator of one scale."""

from collections.abc import Callable, Collection, Sequence

import torch
from torch import Tensor, nn

from ...errors import ConfigError
from ..parts.feature_capture import capture_features


def judge_apart(
    network: nn.Module,
    call: Callable[[Tensor], Tensor],
    groups: Sequence[Tensor],
    num_layouts: int,
    features: Collection[str],
) -> list[list[list[Tensor]]]:
    """One pass for every N images of a group, so that batches never hold two kinds of image.

    A network whose layers look across the batch (batch norm, minibatch standard deviation) so sees
    N photos, N generated images or N edges at a time, one of each layout.

    Args:
        network: Where submodules are looked up.
        call: From N images to the prediction.
        groups: ``(P * N, 3, H, W)`` each; P may differ.
        num_layouts: N.
        features: Submodules whose outputs come before the prediction.

    Returns:
        Per group one scale: the named outputs and the prediction, P * N rows each.

    Raises:
        ConfigError: If there is no such submodule, or the prediction is no tensor.
        ValueError: If a group does not hold P * N images.
    """
    results = []
    for images in groups:
        if len(images) % num_layouts:
            raise ValueError(f'{len(images)} images do not pair with {num_layouts} layouts')
        passes = []
        for batch in images.split(num_layouts):
            with capture_features(network, features) as stages:
                prediction = call(batch)
            if not isinstance(prediction, Tensor):
                raise ConfigError(
                    f'{type(network).__name__} returns {type(prediction).__name__} in place of one '
                    'tensor of predictions: it cannot be the discriminator'
                )
            passes.append([*(stages[name] for name in features), prediction])
        results.append([[torch.cat(parts) for parts in zip(*passes)]])
    return results
