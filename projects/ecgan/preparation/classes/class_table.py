"""A class, a table of classes, and which names are none."""

import re
from collections.abc import Iterable
from typing import NamedTuple

Colour = tuple[int, int, int]
#: Names, as letters and digits in lower case, of what is no class: such pixels are unknown.
UNKNOWN_NAMES = (
    'unlabelled', 'unlabeled', 'unlabel', 'notlabelled', 'notlabeled', 'nolabel', 'unannotated',
    'unknown', 'void', 'ignore', 'ignored', 'ignoreregion', 'ignorelabel', 'dontcare', 'nodata',
    'undefined', 'unclassified', 'unassigned',
)  # fmt: skip


class ClassRow(NamedTuple):
    """A class of the files: id, name, RGB colour where the table has one.

    An id below 0 says that no pixel of the files has it: labelme's ``__ignore__``, a licence plate
    of Cityscapes.
    """

    id: int
    name: str
    colour: Colour | None

    @property
    def is_unknown(self) -> bool:
        """Whether its pixels are of no class."""
        return self.id < 0 or is_unknown_name(self.name)


class ClassTable(list[ClassRow]):
    """Classes in the order of their ids, and what to know about them.

    Attributes:
        numbered_by_line: The table has no ids: they are the order of its classes. An id of the
            files that equals the number of classes then says that a first class is missing.
        notes: What was guessed or left unused, a line each; for people.
    """

    def __init__(
        self,
        rows: Iterable[ClassRow],
        numbered_by_line: bool = False,
        notes: Iterable[str] = (),
    ) -> None:
        super().__init__(rows)
        self.numbered_by_line = numbered_by_line
        self.notes = list(notes)


def is_unknown_name(name: str) -> bool:
    """Whether a name says that pixels are of no class, as ``__ignore__`` and ``don't care`` do."""
    return re.sub(r'[\W_]', '', name.lower()) in UNKNOWN_NAMES
