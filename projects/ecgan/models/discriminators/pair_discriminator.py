"""Any discriminator of single pictures, MMagic's above all, as judge of pairs."""

from collections.abc import Sequence

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from ...structures import AnyLayout, as_layout
from ..parts.building import build_part
from .single_scale import check_groups, judge_apart


@MODELS.register_module()
class PairDiscriminator(BaseModule):
    """Hands layout channels and picture, concatenated, to a network that takes one picture.

    The network keeps its own initialisation. It runs once for every N images, N the number of
    layouts, so that batch norm and the minibatch standard deviation of ``StyleGAN2Discriminator``
    never mix photos with generated images or edges. The latter takes groups of ``group_size``
    images (MMagic's default is 4): the batch has to be smaller or a multiple of it. A network that
    enlarges or warps its input (``ADAStyleGAN2Discriminator``) moves layout and picture alike.

    Args:
        network: Config of the network, of MMagic's registry. Its number of input channels follows
            (``in_channels``, ``img_channels`` or ``input_channels``), where it is not given.
        layout_channels: Channels N' of the layout.
        features: Submodules of the network, as ``named_modules`` calls them, whose outputs serve
            feature matching.

    Raises:
        ConfigError: If the network has no such submodule, or does not return one tensor.
    """

    def __init__(self, network: dict, layout_channels: int, features: Sequence[str] = ()) -> None:
        super().__init__()
        width = layout_channels + 3
        self.network = build_part(
            network, in_channels=width, img_channels=width, input_channels=width
        )
        self.features = tuple(features)

    def forward(self, layout: AnyLayout | Tensor, *groups: Tensor) -> list[list[list[Tensor]]]:
        """Judge images of N layouts.

        Args:
            layout: N layouts (or their channels ``(N, N', H, W)``).
            *groups: Photos, generated images or edges in [-1, 1], each ``(P * N, 3, H, W)`` with
                image p of layout n at row p * N + n; P may differ.

        Returns:
            Per group one scale: the features and the prediction, P * N rows each.
        """
        layout = as_layout(layout)

        def call(images: Tensor) -> Tensor:
            return self.network(torch.cat([layout.one_hot(images.dtype), images], dim=1))

        check_groups(groups, len(layout))
        found = judge_apart(self.network, call, groups, len(layout), self.features)
        return [[stages] for stages in found]
