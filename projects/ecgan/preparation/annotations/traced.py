"""Whether polygons were traced from masks, so that their corners are pixels and not places."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ...errors import DataError
from .content import Picture, Shape
from .drawing import Outline, Size, area
from .photos import photo_size

# Parts of a side with six digits are whole pixels to this.
_SLACK = 0.01


TRACED = (
    'corners of polygons are taken for pixels that belong to them, as OpenCV traces masks: all are '
    'whole numbers, and edges lie along the last pixels of pictures and not behind; taken for '
    'places, as pycocotools does, shapes would be a pixel narrower'
)


def settle_corners(
    pictures: Sequence[tuple[Picture, Path | None]], has_layers: bool = False
) -> bool:
    """Take corners of polygons for pixels where the whole set of them says so.

    What was traced from a map overlaps where one has a hole, which an outline does not say: small
    rings lie above large ones then, each by itself.

    Args:
        pictures: With their photos; their shapes are changed in place.
        has_layers: The annotations say themselves what lies above what.

    Returns:
        Whether it is so.
    """
    if not are_traced(_outlines(pictures)):
        return False
    for picture, _ in pictures:
        is_outlined = all(isinstance(shape.draw, Outline) for shape in picture.shapes)
        picture.shapes = [each for shape in picture.shapes for each in _parts(shape)]
        if is_outlined and not has_layers:
            picture.shapes.sort(key=lambda shape: -area(shape.draw.rings[0]))
    return True


def _parts(shape: Shape) -> list[Shape]:
    """A shape for each ring, with corners that are pixels; others stay as they are."""
    if not isinstance(shape.draw, Outline):
        return [shape]
    return [
        shape._replace(draw=shape.draw._replace(rings=[ring], of_pixels=True))
        for ring in shape.draw.rings
    ]


def _outlines(
    pictures: Iterable[tuple[Picture, Path | None]],
) -> Iterator[tuple[Outline, Size]]:
    for picture, photo in pictures:
        outlines = [shape.draw for shape in picture.shapes if isinstance(shape.draw, Outline)]
        try:
            size = picture.size or (photo_size(photo)[0] if outlines and photo else None)
        except DataError:
            continue  # it is said where the picture is drawn
        if size:
            yield from ((outline, size) for outline in outlines)


def are_traced(outlines: Iterable[tuple[Outline, Size]]) -> bool:
    """Whether corners are pixels: those that OpenCV's ``findContours`` finds in a mask.

    All are whole numbers then, and what reaches to the right or lower border of the picture has an
    edge along its last pixels, where a polygon of places has it one further. So there are such
    edges, not much fewer than along the first pixels, and none further out.

    Args:
        outlines: Polygons with the sizes of their pictures.
    """
    first = last = 0
    for outline, size in outlines:
        for ring in outline.scaled(size):
            whole = np.rint(ring)
            if abs(ring - whole).max() > _SLACK or (whole.max(0) >= size[::-1]).any():
                return False
            following = np.roll(whole, -1, axis=0)
            first += int(((whole == 0) & (following == 0)).sum())
            ends = np.array(size[::-1]) - 1
            last += int(((whole == ends) & (following == ends)).sum())
    return first > 0 and 2 * last >= first
