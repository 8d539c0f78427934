"""Several discriminators side by side as one."""

from collections.abc import Mapping, Sequence
from itertools import chain

from mmagic.registry import MODELS
from mmengine.model import BaseModule, ModuleList
from torch import Tensor, nn

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
        modalities: For each member what it judges, ``image`` (photos, coarse and final images),
            ``edge`` or ``both``; both where nothing is said of any. Penalties that hand over images
            without names never reach a member for edges.

    Raises:
        ConfigError: If there are no members, or one does not keep the contract; modalities that
            are not one a member, are others, leave images without a judge, or give edges to a
            member that never sees them.
    """

    # It takes pairs by name, where others take groups of images.
    judges_named_pairs = True

    def __init__(
        self,
        members: Sequence[dict],
        num_classes: int,
        layout_channels: int,
        modalities: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        if not members:
            raise ConfigError('discriminator.members of JointDiscriminator is empty')
        sizes = dict(num_classes=num_classes, layout_channels=layout_channels)
        # MMEngine's list, which hands ``init_weights`` on.
        self.members = ModuleList(build_for(Discriminator, each, **sizes) for each in members)
        self.modalities = _modalities_of(self.members, modalities or ['both'] * len(members))
        self.judges_edges = set(self.modalities) != {'image'}

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
            members = [m for m, kind in zip(self.members, self.modalities) if kind != 'edge']
            outputs = [member(layout, *groups) for member in members]
            return [[*chain.from_iterable(scales)] for scales in zip(*outputs)]
        results = [{name: [] for name in group} for group in groups]
        for member, kind in zip(self.members, self.modalities):
            groups_seen = [
                {name: x for name, x in group.items() if _sees(kind, name)} for group in groups
            ]
            # Where no edges are due, one for edges sits the iteration out.
            if all(groups_seen):
                for result, found in zip(results, judge_pairs(member, layout, *groups_seen)):
                    for name, scales in found.items():
                        result[name].extend(scales)
        return results


def _sees(kind: str, name: str) -> bool:
    return kind == 'both' or (kind == 'edge') == (name == 'edge')


def _modalities_of(members: Sequence[nn.Module], wanted: Sequence[str]) -> tuple[str, ...]:
    """What each member judges: what is wanted, without edges where it never sees them."""
    kinds, option = ('image', 'edge', 'both'), 'discriminator.modalities of JointDiscriminator'
    if len(wanted) != len(members) or set(wanted) - set(kinds):
        raise ConfigError(
            f'{option} is to hold one of {kinds} for each of its {len(members)} members, got '
            f'{wanted!r}'
        )
    if set(wanted) == {'edge'}:
        raise ConfigError(
            f"{option}, {wanted!r}, leaves images without a judge: one member is to have 'image' "
            "or 'both'"
        )
    found = []
    for member, kind in zip(members, wanted):
        if not getattr(member, 'judges_edges', True):
            if kind == 'edge':
                raise ConfigError(
                    f'{option}, {wanted!r}, gives edges to {type(member).__name__}, which never '
                    "judges them: it is to have 'image'"
                )
            kind = 'image'
        found.append(kind)
    return tuple(found)
