"""Label maps that were drawn from something else: annotations, masks of single classes."""

from pathlib import Path
from typing import NamedTuple

from .classes_file import ClassRow


class DrawnMaps(NamedTuple):
    """A folder of label maps that the look at a data set takes as if it had been given.

    Attributes:
        folder: PNGs of ids in one channel, named as the photos are below their folder.
        classes: What the ids mean; 255 is unknown.
        notes: What was drawn, left out, guessed, in a line each.
    """

    folder: Path
    classes: list[ClassRow]
    notes: list[str]
