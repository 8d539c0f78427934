"""Discriminators of one scale: networks of one picture at a time, and those that segment."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from ...errors import ConfigError
from ...structures import AnyLayout, as_layout
from ..parts.feature_capture import capture_features


class SegmentingDiscriminator(BaseModule, ABC):
    """Gives each pixel a class of the layout, or "generated".

    It sees the image alone; the layout enters by :class:`SegmentationGANLoss`. It judges images and
    not edges, which the model then leaves out: no adversarial loss reaches them.
    """

    judges_edges = False

    def forward(self, layout: AnyLayout | Tensor, *groups: Tensor) -> list[list[list[Tensor]]]:
        """Judge images of N layouts.

        Args:
            layout: N layouts; only their number counts.
            *groups: Photos, then generated images in [-1, 1], each ``(P * N, 3, H, W)`` with image
                p of layout n at row p * N + n; P may differ.

        Returns:
            Per group one scale: stage outputs where there are any, and the logits
            ``(P * N, classes + 1, H, W)``, the last channel "generated".

        Raises:
            ValueError: If a group does not hold P * N images.
        """
        num_layouts = len(as_layout(layout))
        check_groups(groups, num_layouts)
        return [[stages] for stages in self.judge(groups, num_layouts)]

    @abstractmethod
    def judge(self, groups: Sequence[Tensor], num_layouts: int) -> list[list[Tensor]]:
        """Stage outputs and logits of each group, see :meth:`forward`."""


def check_groups(groups: Sequence[Tensor], num_layouts: int) -> None:
    """Every group is to hold P * N images.

    Raises:
        ValueError: One does not.
    """
    for images in groups:
        if len(images) % num_layouts:
            raise ValueError(f'{len(images)} images do not pair with {num_layouts} layouts')


def judge_apart(
    network: nn.Module,
    call: Callable[[Tensor], Tensor],
    groups: Sequence[Tensor],
    num_layouts: int,
    features: Collection[str],
) -> list[list[Tensor]]:
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
        Per group the named outputs and the prediction, P * N rows each.

    Raises:
        ConfigError: If there is no such submodule, or the prediction is no tensor.
    """
    results = []
    for images in groups:
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
        results.append([torch.cat(parts) for parts in zip(*passes)])
    return results
