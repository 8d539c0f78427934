"""Class-balanced random choice of labelled pixels, the same on every rank and after a resume.

Everything is a tensor operation with sizes known beforehand: no loop over classes or pixels and
nothing that makes the host wait for the device. The randomness is a hash of (seed, step, pixel), so
it depends neither on the device nor on how the batch is spread over ranks.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

import torch
from torch import Tensor

from .contrastive_loss import NO_CLASS

# Sorts behind every class of a map, and before the classes of the next map.
_UNKNOWN = 2**20
_NEXT_MAP = 2**21
_BITS = 32
_MASK = 2**_BITS - 1


def sample_pixels(
    maps: Sequence[Tensor],
    ignore_index: int | None,
    keys: Tensor,
    max_per_class: int,
    max_total: int,
    min_per_class: int = 1,
) -> list[tuple[Tensor, Tensor]]:
    """Choose pixels of each map at random, equally many of each class as far as there are.

    Each class of a map that takes part gives min(``max_per_class``, ``max_total`` // number of
    those classes) pixels, or all it has. All maps are sorted together: few operations.

    Args:
        maps: Class of each pixel, S maps of (M,), values from 0 to 2^20 or ``ignore_index``.
        ignore_index: Label of unknown pixels, which are never chosen.
        keys: int64 (S,), select the random order in each map (of :func:`sampling_keys`).
        max_per_class: Most pixels of a class.
        max_total: Most pixels of a map.
        min_per_class: A class with fewer pixels takes no part.

    Returns:
        By map pixel indices (K,) and their classes (K,), K = min(max_total, M), sorted by class.
        Where fewer pixels are chosen the rest has index 0 and class ``NO_CLASS``.
    """
    sizes = [len(labels) for labels in maps]
    device = keys.device
    numbers = torch.arange(max(*sizes, len(sizes)), device=device)
    positions = torch.cat([numbers[:size] for size in sizes])
    of_map = torch.cat([number.expand(size) for number, size in zip(numbers[: len(sizes)], sizes)])
    classes = torch.cat([*maps]).long()
    if ignore_index is not None:
        classes = classes.masked_fill(classes == ignore_index, _UNKNOWN)
    ranks = _hash(positions ^ keys[of_map])
    shuffled, order = (((of_map * _NEXT_MAP + classes) << _BITS) | ranks).sort(stable=True)
    # The maps stay where they are; so do indices within them.
    classes, order = shuffled >> _BITS, positions[order]

    # Place at which the class of each entry starts, and number of the entry within its class.
    places = torch.arange(len(classes), device=device)
    is_first = torch.ones_like(classes, dtype=torch.bool)
    is_first[1:] = classes[1:] != classes[:-1]
    start = (places * is_first).cummax(0).values
    # A class is large enough if the entry min_per_class - 1 after its first still belongs to it.
    probe = start + min_per_class - 1
    last = len(classes) - 1
    takes_part = (probe <= last) & (classes[probe.clamp(max=last)] == classes)
    classes = classes % _NEXT_MAP
    takes_part &= classes != _UNKNOWN
    classes_taking_part = torch.zeros_like(keys).index_add_(
        0, of_map, (takes_part & is_first).long()
    )
    quota = (max_total // classes_taking_part.clamp(min=1)).clamp(1, max_per_class)
    is_chosen = takes_part & (places - start < quota[of_map])
    return _gather_chosen(is_chosen, order, classes, sizes, max_total)


def _gather_chosen(
    is_chosen: Tensor, order: Tensor, classes: Tensor, sizes: Sequence[int], max_total: int
) -> list[tuple[Tensor, Tensor]]:
    """Indices and classes of what is chosen of each map, see :func:`sample_pixels`."""
    lengths = [min(max_total, size) for size in sizes]
    number = is_chosen.cumsum(0)
    # How many are chosen of the maps up to each, and of those before it.
    up_to = torch.stack([number[end - 1] for end in accumulate(sizes)])
    before = torch.cat([up_to.new_zeros(1), up_to[:-1]])
    slots = before[:, None] + torch.arange(1, max(lengths) + 1, device=order.device)
    is_filled = slots <= up_to[:, None]
    found = torch.searchsorted(number, slots).clamp_(max=len(order) - 1)
    indices = order[found] * is_filled
    classes = classes[found].masked_fill(~is_filled, NO_CLASS)
    return [(row[:k], of_row[:k]) for row, of_row, k in zip(indices, classes, lengths)]


def sampling_keys(seed: int, step: Tensor, streams: int) -> Tensor:
    """Keys of draws: int64 ``(streams,)`` from the seed, the step (scalar) and the stream."""
    of_step = _hash(_hash(seed) + step)
    return _hash(of_step + torch.arange(streams, device=step.device))


Integers = TypeVar('Integers', int, Tensor)


def _hash(x: Integers) -> Integers:
    """Mix the lower 32 bits of int64 values; no product leaves the range of int64."""
    x = x & _MASK
    for _ in range(2):
        x = ((x ^ (x >> 16)) * 0x45D9F3B) & _MASK
    return x ^ (x >> 16)
