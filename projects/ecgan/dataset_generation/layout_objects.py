"""Objects of label maps: what can be lifted out of one and put into another."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from .layout_pair import LayoutPair

# An object has so many pixels at least, and at most this part of its map.
LEAST_PIXELS, LARGEST_SHARE = 12, 0.2
# What it stands on is looked for below the columns that end within this part of its height.
FOOT = 0.1


@dataclass(frozen=True)
class LayoutObject:
    """An object, cut out.

    Attributes:
        label: Its class.
        ground: Class that it stands on.
        mask: (h, w) bool, its pixels in its box.
        top: Row of the box's upper edge in its map.
        left: Column of the box's left edge in its map.
        size: Height and width of its map.
        source: Name of its map.
    """

    label: int
    ground: int
    mask: np.ndarray
    top: int
    left: int
    size: tuple[int, int]
    source: str


def foot_of(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where an object touches the ground.

    Args:
        mask: (h, w) bool; the lowest row holds a pixel.

    Returns:
        Rows and columns (of the box) of the pixels right below its feet: those columns that end
        within the lowest tenth of it.
    """
    height = mask.shape[0]
    columns = np.flatnonzero(mask.any(0))
    lowest = height - 1 - mask[::-1, columns].argmax(0)
    is_foot = lowest >= height - 1 - FOOT * height
    return lowest[is_foot] + 1, columns[is_foot]


def find_objects(
    pair: LayoutPair, labels: Collection[int], unknown: int, source: str
) -> Iterator[LayoutObject]:
    """Objects of some classes that stand on something.

    Left out are those that touch the map's border, as a part of them may be missing, those that are
    tiny or huge, and those below which there is mostly their own class, another one of ``labels``
    or nothing known.

    Args:
        pair: The layout.
        labels: The classes.
        unknown: Id of unknown pixels.
        source: Name of the layout.

    Yields:
        Each connected region of one class and one instance.
    """
    for label in sorted(labels):
        is_label = pair.labels == label
        for instance in np.unique(pair.instances[is_label]):
            region = (is_label & (pair.instances == instance)).astype(np.uint8)
            _, numbers, boxes, _ = cv2.connectedComponentsWithStats(region, connectivity=8)
            for number, (left, top, width, height, pixels) in enumerate(boxes[1:].tolist(), 1):
                if not _is_whole((left, top, width, height), pixels, is_label.shape):
                    continue
                mask = numbers[top : top + height, left : left + width] == number
                rows, columns = foot_of(mask)
                below = pair.labels[rows + top, columns + left]
                ground, count = max(zip(*np.unique(below, return_counts=True)), key=lambda x: x[1])
                if 2 * count > len(below) and ground != unknown and ground not in labels:
                    yield LayoutObject(label, int(ground), mask, top, left, is_label.shape, source)


def _is_whole(box: tuple[int, int, int, int], pixels: int, size: tuple[int, int]) -> bool:
    left, top, width, height = box
    is_inside = left > 0 and top > 0 and left + width < size[1] and top + height < size[0]
    return is_inside and LEAST_PIXELS <= pixels <= LARGEST_SHARE * size[0] * size[1]
