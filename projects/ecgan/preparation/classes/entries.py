"""What the readers of all forms hand on, and how it becomes a table of classes."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from .class_table import ClassRow, ClassTable, Colour, is_unknown_name
from .values import RawColour, TableError

_PICTURE = re.compile(r'.*\.(png|jpe?g|tiff?|bmp|webp|npy|mat|gif|json|xml)', re.IGNORECASE)
# labelme numbers its classes from the line after this one.
_BEFORE_THE_FIRST = '__ignore__'
_SHOWN = 3


@dataclass
class Entry:
    """A class as a file has it.

    Attributes:
        place: Where it stands, as 'line 3'.
        name: Name.
        id: Id; None: the file has none.
        colour: Colour; None: the file has none.
    """

    place: str
    name: str
    id: int | None = None
    colour: RawColour | None = None


@dataclass
class Draft:
    """Classes as a file has them.

    Attributes:
        entries: The classes.
        notes: What people should know.
        first: Number of the first one where there are no ids.
        zero_is_unknown: Whether 0 is unknown though no class says so.
    """

    entries: list[Entry]
    notes: list[str] = field(default_factory=list)
    first: int = 0
    zero_is_unknown: bool = False


def finish(draft: Draft) -> ClassTable:
    """Number, check and sort the classes.

    Raises:
        TableError: Names, ids or colours are missing, out of range or contradict one another.
    """
    entries, notes = draft.entries, list(draft.notes)
    for entry in entries:
        entry.name = ' '.join(entry.name.split())
        _check_name(entry)
    _use_grey_ids(entries, notes)
    numbered = all(entry.id is None for entry in entries)
    if numbered:
        _number(entries, draft.first, notes)
        if len(entries) > 1 and not any(entry.colour for entry in entries):
            _check_samples(entries)
    colours = _colours(entries)
    rows = [ClassRow(_id_of(entry), entry.name, colour) for entry, colour in zip(entries, colours)]
    notes += _remarks(rows)
    if draft.zero_is_unknown and not any(row.id == 0 for row in rows):
        rows.append(ClassRow(0, 'unlabelled', None))
        notes.append('0 is unknown: no class has it')
    if all(row.is_unknown for row in rows):
        raise TableError('the table names no class')
    _check_ids(rows)
    _check_names(rows)
    return ClassTable(sorted(rows, key=lambda row: row.id), numbered, notes)


def _check_name(entry: Entry) -> None:
    if not entry.name:
        raise TableError('a class has no name', entry.place)
    if _PICTURE.fullmatch(entry.name):
        raise TableError(
            f'{entry.name!r} is the name of a file: this is a list of samples, not of classes',
            entry.place,
        )


def _check_samples(entries: Sequence[Entry]) -> None:
    if all(re.search(r'[0-9]{3}', entry.name) for entry in entries):
        raise TableError(
            f'all names hold long numbers, as {entries[0].name!r}: this looks like a list of '
            'samples; if these are classes, write their ids'
        )


def _use_grey_ids(entries: Sequence[Entry], notes: list[str]) -> None:
    """Take greys 0, 1, 2 ... of a table without ids for ids: Supervisely's masks for machines."""
    colours = [entry.colour for entry in entries]
    if any(entry.id is not None for entry in entries) or None in colours or len(colours) < 2:
        return
    levels = {colour[0] for colour in colours}
    if (
        all(len(set(colour)) == 1 and colour[0] == int(colour[0]) for colour in colours)
        and len(levels) == len(colours)
        and max(levels) <= len(colours)
    ):
        for entry in entries:
            entry.id, entry.colour = int(entry.colour[0]), None
        notes.append('the colours of the table are grey levels 0, 1, 2 ...: they are the ids')


def _number(entries: Sequence[Entry], first: int, notes: list[str]) -> None:
    counted = [entry for entry in entries if entry.name.lower() != _BEFORE_THE_FIRST]
    for index, entry in enumerate(counted, first):
        entry.id = index
    if counted:
        last = first + len(counted) - 1
        notes.append(
            f'the table has no ids: classes are numbered in their order, from {first} '
            f'({counted[0].name}) to {last} ({counted[-1].name})'
        )


def _id_of(entry: Entry) -> int:
    if entry.id is None:
        if not is_unknown_name(entry.name):
            raise TableError(f'{entry.name} has no id, though others have', entry.place)
        return -1
    return entry.id


def _colours(entries: Sequence[Entry]) -> list[Colour | None]:
    """Colours as whole numbers from 0 to 255."""
    channels = [channel for entry in entries for channel in entry.colour or ()]
    # 0 to 1, as Unity and matplotlib have them.
    scale = 255 if any(c != int(c) for c in channels) and max(channels) <= 1 else 1
    colours: list[Colour | None] = []
    for entry in entries:
        if entry.colour is None:
            colours.append(None)
            continue
        scaled = tuple(channel * scale for channel in entry.colour)
        colour = tuple(round(channel) for channel in scaled)
        if min(scaled) < 0 or max(scaled) > 255 or (scale == 1 and colour != scaled):
            shown = f'({", ".join(f"{channel:g}" for channel in entry.colour)})'
            raise TableError(
                f'the colour of {entry.name} is {shown}, not 0 to 255 or 0.0 to 1.0', entry.place
            )
        colours.append(colour)
    return colours


def _check_ids(rows: Sequence[ClassRow]) -> None:
    seen: dict[int, ClassRow] = {}
    for row in rows:
        if row.id >= 0 and row.id in seen:
            raise TableError(
                f'{row.name} and {seen[row.id].name} have the same id {row.id}: an id is one class'
            )
        seen[row.id] = row


def _check_names(rows: Sequence[ClassRow]) -> None:
    seen: dict[str, ClassRow] = {}
    for row in rows:
        if not row.is_unknown and row.name in seen:
            raise TableError(
                f'ids {seen[row.name].id} and {row.id} have the same name {row.name!r}: give each '
                'a name of its own'
            )
        seen[row.name] = row


def _remarks(rows: Sequence[ClassRow]) -> list[str]:
    """What is allowed and may surprise."""
    remarks, by_colour = [], defaultdict(list)
    for row in rows:
        if row.colour:
            by_colour[row.colour].append(row.name)
    shared = [names for names in by_colour.values() if len(names) > 1]
    if shared:
        shown = '; '.join(', '.join(names) for names in shared[:_SHOWN])
        remarks.append(
            f'classes share a colour ({shown}{"; ..." * (len(shared) > _SHOWN)}): in maps of '
            'colours all of it is the first of them'
        )
    outside = [row.name for row in rows if row.id < 0 and not is_unknown_name(row.name)]
    if outside:
        shown = ', '.join(outside[:_SHOWN]) + ', ...' * (len(outside) > _SHOWN)
        remarks.append(f'an id below 0 is unknown: {shown}')
    if {(1, 'person'), (2, 'bicycle')} <= {(row.id, row.name) for row in rows}:
        remarks.append(
            'person is 1: in label maps of COCO-Stuff it is 0, unlabelled is 255, and this table '
            'does not fit'
        )
    inside = [f'{row.id} ({row.name})' for row in rows if row.id >= 0 and row.is_unknown]
    if inside:
        remarks.append(f'unknown by name: {", ".join(inside[:_SHOWN])}')
    return remarks
