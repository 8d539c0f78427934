"""Class-balanced random choice of labelled pixels, the same on every rank and after a resume.

Everything is a tensor operation with sizes known beforehand: no loop over classes or pixels and
nothing that makes the host wait for the device. The randomness is a hash of (seed, step, pixel), so
it depends neither on the device nor on how the batch is spread over ranks.
"""

import torch
from torch import Tensor

from .contrastive_loss import NO_CLASS

_UNKNOWN = 2**30  # Sorts behind every class.
_BITS = 32
_MASK = 2**_BITS - 1


def sample_pixels(
    labels: Tensor,
    ignore_index: int | None,
    key: Tensor,
    max_per_class: int,
    max_total: int,
    min_per_class: int = 1,
) -> tuple[Tensor, Tensor]:
    """Choose pixels at random, equally many of each class as far as there are.

    Each class that takes part gives min(``max_per_class``, ``max_total`` // number of classes)
    pixels, or all it has.

    Args:
        labels: Class of each pixel, (M,), values from 0 on or ``ignore_index``.
        ignore_index: Label of unknown pixels, which are never chosen.
        key: Scalar int64 tensor that selects the random order (of :func:`sampling_keys`).
        max_per_class: Most pixels of a class.
        max_total: Most pixels in all.
        min_per_class: A class with fewer pixels takes no part.

    Returns:
        Pixel indices (K,) and their classes (K,), K = min(max_total, M), sorted by class. Where
        fewer pixels are chosen the rest has index 0 and class ``NO_CLASS``.
    """
    pixels = len(labels)
    positions = torch.arange(pixels, device=labels.device)
    classes = labels.long()
    if ignore_index is not None:
        classes = classes.masked_fill(classes == ignore_index, _UNKNOWN)
    shuffled, order = ((classes << _BITS) | _hash(positions ^ key)).sort(stable=True)
    classes = shuffled >> _BITS

    # Position at which the class of each entry starts, and rank of the entry within its class.
    is_first = torch.ones_like(classes, dtype=torch.bool)
    is_first[1:] = classes[1:] != classes[:-1]
    start = (positions * is_first).cummax(0).values
    # A class is large enough if the entry min_per_class - 1 after its first still belongs to it.
    probe = start + min_per_class - 1
    takes_part = (probe < pixels) & (classes[probe.clamp(max=pixels - 1)] == classes)
    takes_part &= classes != _UNKNOWN
    quota = max_total // (takes_part & is_first).sum().clamp(min=1)
    quota = quota.clamp(1, max_per_class)

    chosen = (takes_part & (positions - start < quota)).cumsum(0)
    slots = torch.arange(1, min(max_total, pixels) + 1, device=labels.device)
    found = torch.searchsorted(chosen, slots)
    is_filled = found < pixels
    found = found.clamp(max=pixels - 1)
    return order[found] * is_filled, classes[found].masked_fill(~is_filled, NO_CLASS)


def sampling_keys(seed: int, step: Tensor, streams: int) -> Tensor:
    """Keys of draws: int64 ``(streams,)`` from the seed, the step (scalar) and the stream."""
    of_step = _hash(_hash(torch.full_like(step, seed)) + step)
    return _hash(of_step + torch.arange(streams, device=step.device))


def _hash(x: Tensor) -> Tensor:
    """Mix the lower 32 bits of int64 values; no product leaves the range of int64."""
    x = x & _MASK
    for _ in range(2):
        x = ((x ^ (x >> 16)) * 0x45D9F3B) & _MASK
    return x ^ (x >> 16)
