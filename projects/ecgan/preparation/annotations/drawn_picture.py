"""One label map from the shapes of a picture."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...datasets.label_files import UNKNOWN
from ...errors import DataError
from ..converters.common_steps import write_png
from .content import Picture
from .drawing import Size
from .photos import photo_size


class Outcome(NamedTuple):
    """What became of a picture.

    Attributes:
        is_drawn: Whether there is a map.
        drawn: Shapes that are in it.
        outside: Shapes without a pixel in it.
        hidden: Shapes that lie wholly under others.
        pixels: Pixels of the map.
        overlapping: Pixels that shapes of several classes claim.
        unlabelled: Pixels of no shape.
        faults: What could not be drawn, a sentence each.
    """

    is_drawn: bool
    drawn: int = 0
    outside: int = 0
    hidden: int = 0
    pixels: int = 0
    overlapping: int = 0
    unlabelled: int = 0
    faults: tuple[str, ...] = ()


def draw_picture(
    picture: Picture, photo: Path | None, ids: dict[str, int], unlabelled: int, target: Path
) -> Outcome:
    """Draw and write a label map.

    Shapes lie on one another in their order. Where one of them could not be drawn, its pixels are
    not known: what is unlabelled is unknown then, even where a background class would have it. The
    map of an earlier drawing is gone in any case.

    Args:
        picture: Its annotations.
        photo: The photo; None: there is none.
        ids: Id of each label.
        unlabelled: Id of what no shape has.
        target: The PNG; of 16 bits where an id needs them.
    """
    target.unlink(missing_ok=True)
    try:
        size = _size(picture, photo)
    except DataError as error:
        return Outcome(False, faults=(f'{picture.file}: {picture.name}: {error}',))
    owner = np.zeros(size, np.int32)
    table = np.array([unlabelled, *(ids[shape.label] for shape in picture.shapes)])
    faults, outside, overlapping = list(picture.faults), 0, np.zeros(size, bool)
    for number, shape in enumerate(picture.shapes, 1):
        try:
            top, left, mask = shape.draw(size)
        except DataError as error:
            faults.append(f'{shape.where}: {error}')
            continue
        window = (slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1]))
        outside += not mask.any()
        below = owner[window]
        overlapping[window] |= mask & (below > 0) & (table[below] != table[number])
        below[mask] = number
    hits = np.bincount(owner.ravel(), minlength=len(table))
    drawn = len(picture.shapes) + len(picture.faults) - len(faults) - outside
    faults = tuple(f'{picture.file}: {picture.name}: {each}' for each in dict.fromkeys(faults))
    if faults and not drawn:
        return Outcome(False, faults=faults)
    if faults:
        table[0] = UNKNOWN
    is_wide = max([*ids.values(), unlabelled]) > UNKNOWN
    write_png(table[owner].astype(np.uint16 if is_wide else np.uint8), target)
    return Outcome(
        True,
        drawn=drawn,
        outside=outside,
        hidden=drawn - int((hits[1:] > 0).sum()),
        pixels=owner.size,
        overlapping=int(overlapping.sum()),
        unlabelled=int(hits[0]),
        faults=faults,
    )


def _size(picture: Picture, photo: Path | None) -> Size:
    if photo is None and picture.size is None:
        raise DataError('the annotations do not say how large it is, and there is no photo of it')
    if photo is None:
        return picture.size
    size, is_turned = photo_size(photo)
    if picture.size in (None, size):
        return size
    (height, width), (shown_height, shown_width) = picture.size, size
    turned = ', and is turned by its EXIF orientation' if is_turned else ''
    raise DataError(
        f'is annotated at {width} x {height}, but the photo is {shown_width} x {shown_height}'
        f'{turned} (width x height)'
    )
