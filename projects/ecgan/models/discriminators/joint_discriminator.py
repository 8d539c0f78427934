"""Several discriminators side by side as one."""

from collections.abc import Mapping, Sequence
from itertools import chain

from mmagic.registry import MODELS
from mmengine.model import BaseModule, ModuleList
from torch import Tensor

from ...errors import ConfigError
from ...structures import AnyLayout
from ..parts.building import build_for
from ..parts.contracts import Discriminator
from .pairs import judge_pairs


@MODELS.register_module()
class JointDiscriminator(BaseModule):
    """Judges by all its members; each prediction then gets the loss that fits it.

    The scales of the members stand one after another, as those of one discriminator do, and
    :class:`JointGANLoss` tells them apart by their channels. A member with ``judges_edges = False``
    (the segmenting ones) never sees edges, so that ``judged`` of the model can keep them.

    Args:
        members: Configs of discriminators. Class and layout channel counts follow.
        num_classes: Classes N of the layout.
        layout_channels: Channels N' of the layout.

    Raises:
        ConfigError: If there are no members, or one does not keep the contract.
    """

    # It takes pairs by name, where others take groups of images.
    judges_named_pairs = True

    def __init__(self, members: Sequence[dict], num_classes: int, layout_channels: int) -> None:
        super().__init__()
        if not members:
            raise ConfigError('discriminator.members of JointDiscriminator is empty')
        sizes = dict(num_classes=num_classes, layout_channels=layout_channels)
        # MMEngine's list, which hands ``init_weights`` on.
        self.members = ModuleList(build_for(Discriminator, each, **sizes) for each in members)

    def forward(self, layout: AnyLayout, *groups: Tensor | Mapping[str, Tensor]) -> list:
        """Judge images of N layouts.

        Args:
            layout: N layouts.
            *groups: Groups of images as every discriminator takes them, which all members judge; or
                dicts of pairs by name, such as photos and generated, each image ``(N, 3, H, W)``.

        Returns:
            Per group the scales of all members; of dicts, per name.
        """
        if isinstance(groups[0], Tensor):
            outputs = [member(layout, *groups) for member in self.members]
            return [[*chain.from_iterable(scales)] for scales in zip(*outputs)]
        results = [{name: [] for name in group} for group in groups]
        for member in self.members:
            if not getattr(member, 'judges_edges', True):
                groups_seen = [{n: x for n, x in g.items() if n != 'edge'} for g in groups]
            else:
                groups_seen = groups
            for result, found in zip(results, judge_pairs(member, layout, *groups_seen)):
                for name, scales in found.items():
                    result[name].extend(scales)
        return results
