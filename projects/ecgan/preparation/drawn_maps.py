"""Label maps that were drawn here, from annotations or from masks of single classes."""

from pathlib import Path
from typing import NamedTuple

from .classes import ClassRow


class DrawnMaps(NamedTuple):
    """What was drawn.

    Attributes:
        folder: Where the label maps lie: PNG files of ids, with the names of their photos.
        classes: The classes of the ids.
        notes: What a user should know of it, a line each: order, overlaps, pixels of no class.
    """

    folder: Path
    classes: list[ClassRow]
    notes: list[str]
