"""Pairs of layout and picture by name: all judged in one pass, and the outputs taken apart."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn

from ...errors import ConfigError
from ...structures import AnyLayout
from ..parts.unwrap import unwrap

# Whose weights judge edges; the first is the papers'.
EDGE_WEIGHTS = ('shared', 'head', 'norm', 'own')


def check_edge_weights(edge_weights: str) -> str:
    """Pass the name of a kind of weights on.

    Raises:
        ConfigError: It is none of :data:`EDGE_WEIGHTS`.
    """
    if edge_weights not in EDGE_WEIGHTS:
        raise ConfigError(
            f'discriminator.edge_weights must be one of {EDGE_WEIGHTS}, got {edge_weights!r}'
        )
    return edge_weights


def check_edges_are_judged(discriminator: nn.Module, names: Collection[str]) -> None:
    """Refuse weights for edges where no edges are judged: nothing would ever train them.

    Args:
        discriminator: Any discriminator, also one that holds others.
        names: What is judged: ``image``, perhaps ``coarse``, ``edge``.

    Raises:
        ConfigError: It has such weights, and no edges come.
    """
    if 'edge' in names:
        return
    for part in discriminator.modules():
        kind = getattr(part, 'edge_weights', EDGE_WEIGHTS[0])
        option = None if kind == EDGE_WEIGHTS[0] else f'edge_weights={kind!r}'
        if 'edge' in getattr(part, 'modalities', ()):
            option = f'modalities={part.modalities!r}'
        if option is not None:
            raise ConfigError(
                f'discriminator.{option} is for edges, and only {sorted(names)} are judged: leave '
                "it out, or give the generator an edge_generator and 'edge' to judged"
            )


def split_pairs(outputs: list[list[Tensor]], num_pairs: int) -> list[list[list[Tensor]]]:
    """Take the outputs for one group of P * N images apart.

    Args:
        outputs: What :class:`MultiModalityDiscriminator` returned for the group.
        num_pairs: P.

    Returns:
        P nested lists, each as N images alone would have given.
    """
    chunks = [[torch.chunk(stage, num_pairs) for stage in scale] for scale in outputs]
    return [[[stage[p] for stage in scale] for scale in chunks] for p in range(num_pairs)]


def judge_pairs(
    discriminator: nn.Module, layout: AnyLayout, *groups: Mapping[str, Tensor]
) -> tuple[dict[str, list[list[Tensor]]], ...]:
    """Judge all pairs in one pass.

    Args:
        discriminator: Module under the contract ``Discriminator``; one with ``judges_named_pairs``
            takes the dicts themselves and returns dicts, as :class:`JointDiscriminator`.
        layout: N layouts.
        *groups: Photos and their edges by name, ``(N, 3, H, W)`` each; generated images and edges
            by name.

    Returns:
        Its outputs by name, for each group.
    """
    if getattr(unwrap(discriminator), 'judges_named_pairs', False):
        return tuple(discriminator(layout, *groups))
    outputs = discriminator(layout, *(torch.cat(list(group.values())) for group in groups))
    return tuple(
        dict(zip(group, split_pairs(output, len(group)))) for group, output in zip(groups, outputs)
    )
