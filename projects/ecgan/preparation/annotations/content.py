"""What an annotation file holds, in one form for all tools."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ...datasets.label_files import UNKNOWN
from ...errors import DataError
from ..classes import ClassRow, Colour
from ..classes.class_table import is_unknown_name
from .drawing import Patch, Size
from .files import load_json

#: Names, in lower case, of the class that has what nobody labelled.
BACKGROUND_NAMES = ('background', '_background_', '__background__', '__bg__')
#: Pixels of a picture's longest side.
MOST_A_SIDE = 200_000
Draw = Callable[[Size], Patch]


class Shape(NamedTuple):
    """An area with a label.

    Attributes:
        label: Name of its class.
        draw: Its pixels in a picture of a size; raises a ``DataError`` that begins with "its".
        where: What errors call it, as ``annotation 7``.
    """

    label: str
    draw: Draw
    where: str


@dataclass
class Picture:
    """The annotations of a photo.

    Attributes:
        name: Name of the photo's file as the annotations have it, perhaps with folders.
        file: The file of annotations.
        size: Height and width by the annotations; None: they do not say.
        shapes: Areas, the undermost first.
        faults: What cannot be drawn and why, a sentence each, without the file.
        other_name: What the photo is called if there is none of that name.
    """

    name: str
    file: Path
    size: Size | None = None
    shapes: list[Shape] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    other_name: str = ''


@dataclass
class Content:
    """All that was read.

    Attributes:
        labels: Names of the classes in the order of their ids, with a colour where there is one.
        pictures: Photos with their annotations.
        left_out: How many annotations of a kind are no areas, or were not asked for.
        faults: Files that cannot be read, a sentence each.
        notes: What was guessed or decided, a sentence each.
    """

    labels: dict[str, Colour | None] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    left_out: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_pictures(
        self,
        files: Iterable[Path],
        recognises: Callable[[Any], bool],
        read: Callable[[Path, dict, 'Content'], Picture],
        others: str,
    ) -> None:
        """Pictures of JSON files, one in each; those of another form are counted by their name."""
        for path in files:
            try:
                json = load_json(path)
                if recognises(json):
                    self.pictures.append(read(path, json, self))
                else:
                    self.left_out[others] += 1
            except DataError as error:
                self.faults.append(str(error))

    def add_names(self, names: Iterable[str]) -> None:
        """Classes that no list names, by the alphabet behind those that one does."""
        for name in sorted(set(names) - self.labels.keys()):
            self.labels[name] = None

    def add_names_of_shapes(self, listed_in: str) -> None:
        """Classes are what shapes are called, with a note where a list has not all of them."""
        names = {shape.label for picture in self.pictures for shape in picture.shapes}
        new = sorted(names - self.labels.keys())
        if new and self.labels:
            self.notes.append(
                f'{len(new)} classes are not named in {listed_in} and come behind those that are: '
                + shown(new)
            )
        self.add_names(new)


def numbered(labels: Mapping[str, Colour | None]) -> list[ClassRow]:
    """Classes with their ids: in order from 0, without 255, which is unknown in every file."""
    names = [name for name in labels if not is_unknown_name(name)]
    ids = (index + (index >= UNKNOWN) for index in range(len(names)))
    return [ClassRow(index, name, labels[name]) for index, name in zip(ids, names)]


def background_of(rows: Iterable[ClassRow]) -> ClassRow | None:
    """The class that has what nobody labelled, where there is one."""
    return next((row for row in rows if row.name.lower() in BACKGROUND_NAMES), None)


def colour_of(value: Any) -> Colour | None:
    """A colour of ``#rrggbb`` or three numbers; None where it is neither."""
    try:
        if isinstance(value, str):
            value = bytes.fromhex(value.removeprefix('#')[:6])
        red, green, blue = map(int, value)
    except (TypeError, ValueError, OverflowError):
        return None
    return (red, green, blue) if all(0 <= c <= 255 for c in (red, green, blue)) else None


def size_of(height: Any, width: Any) -> Size | None:
    """Height and width; None where one of them is missing.

    Raises:
        DataError: They are no numbers from 1.
    """
    if not height or not width:
        return None
    try:
        size = int(height), int(width)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f'its size {width} x {height} is no pair of numbers') from error
    if min(size) < 1 or max(size) > MOST_A_SIDE or size != (float(height), float(width)):
        raise DataError(f'its size {width} x {height} is no pair of whole numbers from 1')
    return size


def shown(things: Iterable[Any], most: int = 3) -> str:
    """The first of some things, and how many more there are."""
    things = list(map(str, things))
    more = f' and {len(things) - most} more' if len(things) > most else ''
    return ', '.join(things[:most]) + more
