"""Objects of rare classes, pasted from other layouts where they stand on the same ground."""

from collections.abc import Collection, Sequence
from typing import Any

import cv2
import numpy as np

from .layout_objects import LayoutObject, foot_of
from .layout_pair import LayoutPair

# A layout gets so many objects more at most.
MOST_OBJECTS = 4
# Places that are tried for one object.
_TRIES = 20
# A place is taken where this part of the foot stands on the ground of its class, and it hides at
# most this part of itself in pixels of rare classes.
_STANDING, _HIDING = 0.8, 0.1
# Farther objects are smaller: an object moves up or down by this part of the height at most.
_CLIMB = 0.02


class Recombination:
    """Pastes objects into layouts.

    Classes are drawn alike, whatever the number of their objects.

    Args:
        objects: What there is to paste, see :func:`~.layout_objects.find_objects`.
        rare: The classes that must not be hidden.
    """

    def __init__(self, objects: Sequence[LayoutObject], rare: Collection[int]) -> None:
        self.rare = sorted(rare)
        self.by_label: dict[int, list[LayoutObject]] = {}
        for each in objects:
            self.by_label.setdefault(each.label, []).append(each)

    def __call__(
        self, pair: LayoutPair, numbers: np.random.Generator, name: str
    ) -> tuple[LayoutPair, dict[str, Any]]:
        """Paste up to four objects of other layouts; and which ones, from where, to where.

        Args:
            pair: The layout; it stays as it is.
            numbers: Decides which and where.
            name: Name of the layout, of which no object is taken.
        """
        labels, instances = (each.copy() for each in pair)
        pasted: list[dict[str, Any]] = []
        for _ in range(int(numbers.integers(1, MOST_OBJECTS + 1))):
            chosen = self._draw(numbers, name)
            place = None if chosen is None else self._find_place(labels, chosen, numbers)
            if place is None:
                continue
            mask, top, left = place
            view = np.s_[top : top + mask.shape[0], left : left + mask.shape[1]]
            # Its own number, also where regions of classes stand for instances.
            number = instances.max() + 1
            labels[view][mask], instances[view][mask] = chosen.label, number
            pasted.append(dict(label=chosen.label, source=chosen.source, top=top, left=left))
        return LayoutPair(labels, instances), ({'pasted': pasted} if pasted else {})

    def _draw(self, numbers: np.random.Generator, name: str) -> LayoutObject | None:
        label = numbers.choice(list(self.by_label)) if self.by_label else None
        candidates = [each for each in self.by_label.get(label, ()) if each.source != name]
        return candidates[numbers.integers(len(candidates))] if candidates else None

    def _find_place(
        self, labels: np.ndarray, chosen: LayoutObject, numbers: np.random.Generator
    ) -> tuple[np.ndarray, int, int] | None:
        """Its mask, perhaps mirrored, and the upper left corner of a place where it stands."""
        height, width = labels.shape
        mask, top = _at_size(chosen, (height, width))
        mask = mask[:, ::-1] if numbers.random() < 0.5 else mask
        rows, columns = mask.shape
        below = foot_of(mask)
        for _ in range(_TRIES):
            climb = round(numbers.uniform(-_CLIMB, _CLIMB) * height)
            row, column = top + climb, int(numbers.integers(max(width - columns, 0) + 1))
            if not (row >= 0 and row + rows < height and column + columns <= width):
                continue
            ground = labels[below[0] + row, below[1] + column]
            hidden = labels[row : row + rows, column : column + columns][mask]
            stands = (ground == chosen.ground).mean() >= _STANDING
            if stands and np.isin(hidden, self.rare).mean() <= _HIDING:
                return mask, row, column
        return None


def _at_size(chosen: LayoutObject, size: tuple[int, int]) -> tuple[np.ndarray, int]:
    """Mask and upper row of an object in a map of another size."""
    if chosen.size == size:
        return chosen.mask, chosen.top
    scale = size[0] / chosen.size[0], size[1] / chosen.size[1]
    rows, columns = (max(round(n * s), 1) for n, s in zip(chosen.mask.shape, scale))
    shares = cv2.resize(
        chosen.mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA
    )
    mask = shares >= min(0.5, shares.max())
    lowest = int(np.flatnonzero(mask.any(1))[-1])
    return mask[: lowest + 1], round(chosen.top * scale[0])
