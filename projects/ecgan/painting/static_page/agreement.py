"""How near the pictures of a page are to those of PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch

from ...inference import ECGANInferencer
from ...inference.export import expected_pictures
from ..label_set import LabelSet
from .painted_generator import PaintedGenerator

#: What the network takes: labels, and regions and vectors of noise; and all pictures that it makes.
Inputs: TypeAlias = Sequence[np.ndarray]
Pictures: TypeAlias = Sequence[np.ndarray]
#: A runtime, given one layout after the other.
Run: TypeAlias = Callable[[Sequence[Inputs]], Sequence[Pictures]]

# Other kernels, the same weights: this share of the values may round to the neighbouring level.
MAX_SHARE = 0.01
# Beyond the first rounding shows (0.4 % of the range), beyond the second the picture is another.
VISIBLE_RMS = 1.0
MAX_RMS = 8.0


@dataclass(frozen=True)
class Difference:
    """What separates pictures of 8 bits.

    Attributes:
        largest: Largest difference in levels.
        beyond_one: Share of the values that differ by more than one level.
        differing: Share of the values that differ at all.
        rms: Root of the mean square, in levels.
        values: Number of values.
    """

    largest: int
    beyond_one: float
    differing: float
    rms: float
    values: int

    @classmethod
    def between(cls, pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> Difference:
        """Of pictures, uint8 of one shape in each pair."""
        found = np.concatenate([abs(a.astype(np.int64) - b).ravel() for a, b in pairs])
        return cls(
            int(found.max()),
            float((found > 1).mean()),
            float((found > 0).mean()),
            float(np.sqrt((found.astype(np.float64) ** 2).mean())),
            found.size,
        )

    @property
    def is_of_kernels(self) -> bool:
        """Whether other kernels explain it: single levels, and few."""
        return self.largest <= 1 and self.differing <= MAX_SHARE

    @property
    def is_visible(self) -> bool:
        """Whether rounded weights change more than the last level of most values."""
        return self.rms > VISIBLE_RMS

    @property
    def is_wrong(self) -> bool:
        """Whether the picture is another one."""
        return self.rms > MAX_RMS

    def __str__(self) -> str:
        return (
            f'at most {self.largest} of 255 levels from PyTorch, {self.beyond_one:.2%} of '
            f'{self.values} values by more than one'
        )


def sample_layouts(
    inferencer: ECGANInferencer, labels: LabelSet, examples: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Layouts (H, W) to compare on: some of the data set, and patches of everything paintable."""
    unit = inferencer.divisor
    sizes = [(2 * unit, 3 * unit), (3 * unit, 2 * unit), (unit, unit)]
    if inferencer.trained_size is not None:
        sizes.append(inferencer.trained_size)
    numbers, ids = np.random.default_rng(0), np.array(sorted(labels.ids))
    found = [*examples[:4]]
    for height, width in sizes:
        shape = (-(-height // 4), -(-width // 4))
        patches = ids[numbers.permutation(np.prod(shape)) % len(ids)].reshape(shape)
        found.append(patches.repeat(4, 0).repeat(4, 1)[:height, :width])
    return [fitted(each, unit) for each in found]


def fitted(ids: np.ndarray, divisor: int) -> np.ndarray:
    """A layout (H, W) with its border continued to a size that the network takes."""
    missing = [(0, -length % divisor) for length in ids.shape]
    return np.pad(ids, missing, mode='edge')


def pictures_of(
    run: Run, network: PaintedGenerator, layouts: Sequence[np.ndarray]
) -> list[Pictures]:
    """What a runtime makes of layouts (H, W)."""
    return [*run([[part.numpy() for part in network.inputs_of(ids)] for ids in layouts])]


def between_kernels(
    made: Sequence[Pictures], network: PaintedGenerator, layouts: Sequence[np.ndarray]
) -> Difference:
    """Of a runtime's pictures from PyTorch's, both with the weights that the network has."""
    pairs = []
    for pictures, ids in zip(made, layouts, strict=True):
        with torch.inference_mode():
            expected = [picture.numpy() for picture in network(*network.inputs_of(ids))]
        pairs += zip(pictures, expected, strict=True)
    return Difference.between(pairs)


def from_inferencer(
    made: Sequence[Pictures],
    inferencer: ECGANInferencer,
    labels: LabelSet,
    layouts: Sequence[np.ndarray],
) -> Difference:
    """Of a runtime's final pictures, with a page's weights, from those of the inferencer.

    Of the size of the training, where that is known: the inferencer warns of others.
    """
    pairs, size = [], inferencer.trained_size
    for pictures, ids in zip(made, layouts, strict=True):
        if size is not None and ids.shape != fitted(np.empty(size), inferencer.divisor).shape:
            continue
        in_files = labels.as_in_files(ids)[None]
        pairs.append((pictures[0], expected_pictures(inferencer, [in_files], False)))
    return Difference.between(pairs)
