"""From shapes to pixels: polygons, boxes, ellipses, masks; each as its tool fills it.

Two rules for the corners of a polygon. *Places*: the pixel of column x reaches from x to x + 1, as
COCO, CVAT, Label Studio and YOLO count. *Pixels*: a corner is a pixel, which belongs to the
polygon, as Supervisely counts and as OpenCV traces masks.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np

from ...errors import DataError

Size = tuple[int, int]
# The steps in which pycocotools looks at a polygon, per pixel.
_STEPS = 5
# Bits behind the point in which lines are drawn.
_SHIFT = 4
_MOST_PIXELS = 10**8
#: What is further out is no slip of a hand.
_FAR = 1e5


class Patch(NamedTuple):
    """A part of a mask; all else is False.

    Attributes:
        top: First row in the picture.
        left: First column in the picture.
        mask: (rows, columns) bool.
    """

    top: int
    left: int
    mask: np.ndarray


def corners_of(numbers: Any, least: int = 3) -> np.ndarray:
    """Corners from x and y in turn, or from pairs of them.

    Args:
        numbers: Such a list.
        least: How many there have to be.

    Returns:
        (corners, 2) float64.

    Raises:
        DataError: They are no such numbers.
    """
    try:
        corners = np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError('its corners are not numbers, two for each') from error
    if corners.ndim == 1 and corners.size % 2:
        raise DataError(f'its corners are {corners.size} numbers, which is odd')
    if corners.ndim == 1:
        corners = corners.reshape(-1, 2)
    if corners.ndim != 2 or corners.shape[1] != 2:
        raise DataError('its corners are not numbers, two for each')
    if len(corners) < least:
        raise DataError(f'it has {len(corners)} corners, fewer than {least}')
    if not np.isfinite(corners).all() or abs(corners).max() > _FAR:
        raise DataError('a corner of it is no number or far outside')
    return corners


class Outline(NamedTuple):
    """Polygons as they are annotated; called with the size of the picture, they are filled.

    Attributes:
        rings: Corners (corners, 2), x and y, of each.
        is_relative: Whether they are parts of the picture's sides, from 0 to 1.
        of_pixels: Whether corners are pixels that belong to the polygon, instead of places.
    """

    rings: list[np.ndarray]
    is_relative: bool = False
    of_pixels: bool = False

    def scaled(self, size: Size) -> list[np.ndarray]:
        """Corners in pixels of a picture of a height and width."""
        return [ring * size[::-1] for ring in self.rings] if self.is_relative else self.rings

    def __call__(self, size: Size) -> Patch:
        """The pixels in a picture of a height and width."""
        return polygons(self.scaled(size), size, self.of_pixels)


def polygons(rings: Sequence[np.ndarray], size: Size, of_pixels: bool = False) -> Patch:
    """Polygons: every pixel that lies in any of them.

    With corners that are places each ring is filled as pycocotools 2.0.11 does, bit for bit:
    corners and edges snap to fifths of a pixel, a pixel is inside where its middle is. A ring that
    is thinner than a pixel would lose pixels or vanish; its edges are drawn as well.

    Args:
        rings: Corners (corners, 2), x and y.
        size: Height and width of the picture.
        of_pixels: Whether corners are pixels, which belong to the polygon.
    """
    window = _window(np.concatenate(rings), size)
    (top, bottom), (left, right) = window
    mask = np.zeros((max(bottom - top, 0), max(right - left, 0)), np.uint8)
    for ring in rings if mask.size else ():
        if of_pixels:
            _fill_pixels(mask, ring - (left, top), 1)
            continue
        mask |= _filled(ring, window)
        if _is_thin(ring):
            # A line through pixels' middles, which OpenCV has at whole numbers.
            drawn = np.rint((ring - 0.5 - (left, top)) * 2**_SHIFT).astype(np.int32)
            cv2.polylines(mask, [drawn], True, 1, shift=_SHIFT)
    return Patch(top, left, mask.astype(bool))


def _fill_pixels(mask: np.ndarray, ring: np.ndarray, value: int) -> None:
    cv2.fillPoly(mask, [np.rint(ring).astype(np.int32)], value)


def _window(corners: np.ndarray, size: Size) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last-but-one rows, and columns, that a polygon may touch."""
    low = np.floor(corners.min(0)).astype(int) - 1
    high = np.ceil(corners.max(0)).astype(int) + 2
    rows, columns = (
        (int(max(low[axis], 0)), int(min(high[axis], length)))
        for axis, length in ((1, size[0]), (0, size[1]))
    )
    return rows, columns


def area(ring: np.ndarray) -> float:
    """Area of a polygon of corners (corners, 2)."""
    following = np.roll(ring, -1, axis=0)
    return abs((ring[:, 0] * following[:, 1] - ring[:, 1] * following[:, 0]).sum()) / 2


def _is_thin(ring: np.ndarray) -> bool:
    """Whether a rectangle of its circumference and area were narrower than a pixel."""
    half = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T).sum() / 2
    if half < 2 - 1e-6 or area(ring) >= half - 1 - 1e-6:
        return half < 2 - 1e-6
    # Where edges cross, the formula takes areas from one another: count pixels.
    low, high = np.floor(ring.min(0)).astype(int), np.ceil(ring.max(0)).astype(int) + 1
    if np.prod(high - low) > _MOST_PIXELS:
        return False
    return _filled(ring, ((low[1], high[1]), (low[0], high[0]))).sum() < half - 1


def _filled(ring: np.ndarray, window: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    """Pixels whose middles lie in a ring, (rows, columns) uint8 of the window.

    The edges are walked in fifths of a pixel. Where a walk passes the middle of a column, what lies
    below changes sides.
    """
    (top, bottom), (left, right) = window
    start = np.trunc(_STEPS * ring + 0.5).astype(np.int64)
    end = np.roll(start, -1, axis=0)
    lengths = abs(end - start).max(1)
    # An edge is walked along its longer side and in the direction in which that side grows.
    is_flat = abs(end - start)[:, 0] >= abs(end - start)[:, 1]
    axis = np.where(is_flat, 0, 1)
    every = np.arange(len(ring))
    is_back = start[every, axis] > end[every, axis]
    first, last = (np.where(is_back[:, None], b, a) for a, b in ((start, end), (end, start)))
    slopes = (last - first)[every, 1 - axis] / np.maximum(lengths, 1)
    edge = np.repeat(every, lengths + 1)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(lengths + 1) - lengths - 1, lengths + 1)
    step = np.where(is_back[edge], lengths[edge] - step, step)
    along = first[edge, axis[edge]] + step
    across = np.trunc(first[edge, 1 - axis[edge]] + slopes[edge] * step + 0.5).astype(np.int64)
    x, y = np.where(is_flat[edge], (along, across), (across, along))
    # Steps to another column of fifths, of which the middle of a pixel is the third.
    column = np.minimum(x[1:], x[:-1])
    passes = (x[1:] != x[:-1]) & (column % _STEPS == _STEPS // 2)
    column = column[passes] // _STEPS
    row = np.ceil((np.minimum(y[1:], y[:-1])[passes] + 0.5) / _STEPS - 0.5).astype(np.int64)
    inside = (column >= left) & (column < right)
    row = np.clip(row[inside], top, bottom) - top
    height = bottom - top + 1
    places = (column[inside] - left) * height + row
    changes = np.bincount(places, minlength=(right - left) * height).reshape(-1, height)
    return (np.cumsum(changes, axis=1)[:, :-1] % 2).T.astype(np.uint8)


def pixel_polygon(exterior: np.ndarray, holes: Sequence[np.ndarray], size: Size) -> Patch:
    """A polygon whose corners are pixels that belong to it; the corners of a hole belong to none.

    Args:
        exterior: Corners (corners, 2), x and y, rounded to pixels.
        holes: The same for what is cut out.
        size: Height and width of the picture.
    """
    (top, bottom), (left, right) = _window(exterior, size)
    mask = np.zeros((max(bottom - top, 0), max(right - left, 0)), np.uint8)
    if mask.size:
        for ring, value in ((exterior, 1), *((hole, 0) for hole in holes)):
            _fill_pixels(mask, ring - (left, top), value)
    return Patch(top, left, mask.astype(bool))


def pasted(mask: np.ndarray, left: int, top: int, size: Size) -> Patch:
    """A mask with its corner at a pixel; what is outside the picture is cut off.

    Args:
        mask: (rows, columns) bool.
        left: Its first column in the picture, may be negative.
        top: Its first row in the picture, may be negative.
        size: Height and width of the picture.
    """
    inner = mask[max(-top, 0) : max(size[0] - top, 0), max(-left, 0) : max(size[1] - left, 0)]
    return Patch(max(top, 0), max(left, 0), inner)


def box_corners(
    left: float, top: float, right: float, bottom: float, degrees: float, pivot: str
) -> np.ndarray:
    """Corners of a box that is turned clockwise about its 'middle' or its left upper 'corner'."""
    corners = corners_of([[left, top], [right, top], [right, bottom], [left, bottom]])
    return turned(corners, corners[0] if pivot == 'corner' else corners.mean(0), degrees)


def ellipse_corners(
    x: float, y: float, radius_x: float, radius_y: float, degrees: float = 0
) -> np.ndarray:
    """Corners of a polygon that follows an ellipse to a hundredth of a pixel.

    Args:
        x: Column of its middle.
        y: Row of its middle.
        radius_x: Half its width before it is turned.
        radius_y: Half its height before it is turned.
        degrees: By how much it is turned, clockwise.
    """
    middle = corners_of([x, y, radius_x, radius_y], 2)
    if middle[1].min() < 0:
        raise DataError('it has a negative radius')
    count = int(np.clip(np.ceil(23 * np.sqrt(middle[1].max() + 1)), 24, 2000))
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    ring = middle[0] + np.stack([np.cos(angle), np.sin(angle)], 1) * middle[1]
    return turned(ring, middle[0], degrees)


def turned(corners: np.ndarray, pivot: np.ndarray, degrees: float) -> np.ndarray:
    """Corners turned clockwise about a point."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (corners - pivot) @ np.array([[cos, sin], [-sin, cos]]) + pivot
