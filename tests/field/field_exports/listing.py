"""The list of exports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from .scenes import NAMES


class Export(NamedTuple):
    """What a tool exports, or how a data set is laid out.

    Attributes:
        tool: Its name.
        write: Writes it into a folder; None: a script has done so.
        table: The export's own list of classes, relative to the folder; '': it has none.
        photos: Folder of photos, relative.
        masks: Folder of label maps, relative; '': it holds annotations only.
        names: Names of the classes.
        of: The class of each id of the scenes.
        any_order: Whether it does not say which of two objects lies above.
        lost: '' where classes can be told; 'lost' where nothing says of which class a pixel is;
            'unseen' where numbers of objects look like classes; 'unlisted' where the list does not
            say which class is which.
    """

    tool: str
    write: Callable[[Path], object] | None
    table: str = ''
    photos: str = ''
    masks: str = ''
    names: tuple[str, ...] = NAMES
    of: tuple[int, ...] = (0, 1, 2, 3)
    any_order: bool = False
    lost: str = ''

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> 'Export':
        """An export that a script wrote and described."""
        return cls(write=None, **{key: row[key] for key in cls._fields if key in row})


EXPORTS: list[Export] = []


def export(tool: str, table: str = '', photos: str = '', masks: str = '', **others: object):
    """Decorate what writes an export."""

    def decorate(write: Callable[[Path], object]) -> Callable[[Path], object]:
        EXPORTS.append(Export(tool, write, table, photos, masks, **others))
        return write

    return decorate
