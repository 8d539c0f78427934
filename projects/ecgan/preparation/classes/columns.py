"""Tables whose columns have titles: rows of a CSV file, objects of JSON."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import titles as known
from .entries import Draft, Entry
from .values import (
    RawColour,
    TableError,
    colour,
    is_empty,
    is_nothing,
    key_of,
    number,
    text_of,
    whole,
)

_UNKNOWN_TRAIN_ID = 255


@dataclass(frozen=True)
class _Column:
    title: str
    key: str
    cells: list[Any]

    @property
    def filled(self) -> list[Any]:
        return [cell for cell in self.cells if not is_nothing(cell)]

    @property
    def wholes(self) -> list[int | None]:
        return [whole(cell) for cell in self.cells]

    @property
    def is_whole(self) -> bool:
        return bool(self.filled) and all(whole(cell) is not None for cell in self.filled)

    @property
    def is_colour(self) -> bool:
        return bool(self.filled) and all(colour(cell, True) is not None for cell in self.filled)

    @property
    def is_number(self) -> bool:
        return bool(self.filled) and all(number(cell) is not None for cell in self.filled)


def read_columns(
    titles: Sequence[str], rows: Sequence[Sequence[Any]], places: Sequence[str]
) -> Draft:
    """Read a table by the titles of its columns, which may stand in any order.

    Args:
        titles: A title for each column.
        rows: Cells of each row, as many as titles.
        places: Where each row stands, for messages.

    Returns:
        The classes, with a note for each id column that was not taken.

    Raises:
        TableError: A column is not understood, contradicts another, or has a wrong cell.
    """
    columns = [
        _Column(str(title), key_of(title), [row[index] for row in rows])
        for index, title in enumerate(titles)
    ]
    columns = [column for column in columns if not all(map(is_empty, column.cells))]
    notes: list[str] = []
    is_ade20k = set(known.ADE20K) <= {column.key for column in columns}
    if is_ade20k:
        columns = [column for column in columns if column.key not in known.ADE20K[1:]]
    names = _names(columns)
    ids, others = _ids(columns, names)
    channels, colours = _colours(columns, [names, ids])
    used = [names, *([ids] if ids else []), *others, *channels, *colours]
    for column in columns:
        if column not in used:
            _check_left_over(column, ids)
    if ids and others:
        listed = ', '.join(repr(column.title) for column in others)
        notes.append(
            f'ids are those of {ids.title!r}, not of {listed}; for label maps of others leave out '
            f'{ids.title!r}'
        )
    notes += _marks(columns, names)
    entries = []
    for index, place in enumerate(places):
        name = text_of(names.cells[index], place)
        entries.append(
            Entry(place, name, _id(ids, index, place), _colour(channels, colours, index, place))
        )
    return Draft(entries, notes, zero_is_unknown=is_ade20k)


def is_title(cell: Any) -> bool:
    """Whether a cell is a title that is known."""
    key = key_of(cell)
    lists = (known.IDS, known.OTHER_IDS, known.NAMES, known.COLOURS, *known.CHANNELS)
    harmless = known.HARMLESS | known.HARMLESS_NUMBERS
    return key in harmless or key in known.ADE20K or any(key in titles for titles in lists)


def is_name_title(cell: Any) -> bool:
    """Whether a cell is a title of a column of names."""
    return key_of(cell) in known.NAMES


def _names(columns: Sequence[_Column]) -> _Column:
    """The column of names; the best title that does not hold numbers."""
    able = [column for column in columns if column.key in known.NAMES]
    texts = [column for column in able if not column.is_number and not _is_coded_colour(column)]
    if not texts:
        what = f'the column {able[0].title!r} holds no names' if able else 'no column is of names'
        listed = ', '.join(repr(column.title) for column in columns)
        raise TableError(f"{what}: call the one that is 'name' (the titles are {listed})")
    best = min(texts, key=lambda column: known.NAMES.index(column.key))
    for column in texts:
        rival = column is not best and column.key not in known.HARMLESS
        if rival and column.cells != best.cells and not _serves(column):
            raise TableError(
                f'{best.title!r} and {column.title!r} may both be the names: leave one of them out'
            )
    return best


def _is_coded_colour(column: _Column) -> bool:
    return bool(column.filled) and all(colour(cell) is not None for cell in column.filled)


def _serves(column: _Column) -> bool:
    """Whether a column that may be names is colours: names of colours."""
    return column.key in known.COLOURS and column.is_colour


def _ids(columns: Sequence[_Column], names: _Column) -> tuple[_Column | None, list[_Column]]:
    """The column of ids, and the columns of ids of another counting."""
    first = [
        column
        for column in columns
        if column is not names
        and (column.key in known.IDS or column.key in known.NAMES)
        and not (column.key in known.COLOURS and column.is_colour)
        and (column.is_whole or column.key not in known.NAMES)
        and (column.is_whole or column.key not in known.HARMLESS)
    ]
    others = [column for column in columns if column.key in known.OTHER_IDS]
    for candidates in (first, others):
        for column in candidates[1:]:
            if column.wholes != candidates[0].wholes:
                rivals = f'{candidates[0].title!r} and {column.title!r}'
                if candidates is first or not first:
                    raise TableError(
                        f'{rivals} may both be the ids: leave out what the label maps do not hold'
                    )
    if first:
        return first[0], others
    return (others[0], others[1:]) if others else (None, [])


def _colours(
    columns: Sequence[_Column], taken: Sequence[_Column | None]
) -> tuple[list[_Column], list[_Column]]:
    """The columns of three channels, and those that hold colours in one cell."""
    channels = []
    for titles in known.CHANNELS:
        channels.append([column for column in columns if column.key in titles])
    if any(channels) and not all(len(some) == 1 for some in channels):
        there = [column.title for some in channels for column in some]
        raise TableError(f'a colour has one column each of r, g and b, and not {", ".join(there)}')
    cells = [
        column
        for column in columns
        if column.key in known.COLOURS
        and not any(column is other for other in taken)
        and not (column.key in known.IDS and column.is_whole)
    ]
    return [some[0] for some in channels if some], cells


def _check_left_over(column: _Column, ids: _Column | None) -> None:
    is_harmless = column.key in known.HARMLESS and not column.is_whole
    if is_harmless or column.key in known.HARMLESS_NUMBERS or (ids and column.wholes == ids.wholes):
        return
    if column.is_whole:
        # The index that pandas writes before the first column.
        is_count = column.wholes == list(range(len(column.cells)))
        if (not column.key or column.key.startswith('unnamed')) and is_count:
            return
        hint = 'leave it out' if ids else "call it 'id' if label maps hold it, else leave it out"
        raise TableError(f'the column {column.title!r} of whole numbers is not understood: {hint}')
    raise TableError(
        f'the column {column.title!r} is not understood: leave it out, or call it name, id or color'
    )


def _marks(columns: Sequence[_Column], names: _Column) -> list[str]:
    """A note on classes that benchmarks leave out, and that are classes here."""
    notes = []
    for column in columns:
        if column.key in known.LEFT_OUT:
            wanted = ('true', '1', 'yes') if known.LEFT_OUT[column.key] else ('false', '0', 'no')
            marked = [
                str(name)
                for name, cell in zip(names.cells, column.cells)
                if str(cell).strip().lower() in wanted
            ]
            if marked:
                notes.append(
                    f'{len(marked)} classes that {column.title!r} leaves out of a benchmark are '
                    f'classes all the same: {", ".join(marked[:3])}{", ..." * (len(marked) > 3)}'
                )
    return notes


def _id(ids: _Column | None, index: int, place: str) -> int | None:
    if ids is None or is_nothing(ids.cells[index]):
        return None
    value = whole(ids.cells[index])
    if value is None:
        raise TableError(f'{ids.title!r} is {ids.cells[index]!r}, not a whole number', place)
    # Many rows have it where train ids are counted, and it is no class of them.
    return -1 if ids.key in known.OTHER_IDS and value == _UNKNOWN_TRAIN_ID else value


def _colour(
    channels: Sequence[_Column], colours: Sequence[_Column], index: int, place: str
) -> RawColour | None:
    """The colour of a row, by all columns that say it."""
    readings: list[tuple[Any, Callable[[Any], RawColour | None]]] = []
    if channels:
        cells = [column.cells[index] for column in channels]
        if not all(map(is_nothing, cells)):
            readings.append((cells, colour))
    for column in colours:
        if not is_nothing(column.cells[index]):
            readings.append((column.cells[index], lambda cell: colour(_with_hash(cell), True)))
    found: RawColour | None = None
    for cell, read in readings:
        value = read(cell)
        if value is None:
            raise TableError(f'{_shown(cell)} is no colour: write r g b or #rrggbb', place)
        if found is not None and value != found:
            raise TableError(f'two colours in one row, {found} and {value}', place)
        found = value
    return found


def _shown(cell: Any) -> str:
    return ' '.join(map(str, cell)) if isinstance(cell, list) else repr(cell)


def _with_hash(cell: Any) -> Any:
    """``307020`` in a column of colours."""
    is_bare = isinstance(cell, str) and len(cell.strip()) == 6
    return f'#{cell.strip()}' if is_bare and colour(f'#{cell.strip()}') else cell
