"""Lists of classes as people have them: text, CSV or JSON; ids, names, colours."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import DataError, MissingFileError

Colour = tuple[int, int, int]
#: Names, in lower case, of what is no class: such pixels are unknown.
UNKNOWN_NAMES = (
    'unlabelled', 'unlabeled', 'unlabel', 'unknown', 'void', 'ignore', 'ignored', 'dontcare',
)  # fmt: skip
_COLUMNS = {
    'id': ('id', 'index', 'label_id', 'labelid', 'class_id', 'value'),
    'name': ('name', 'class', 'label', 'class_name', 'classname'),
    'r': ('r', 'red'),
    'g': ('g', 'green'),
    'b': ('b', 'blue'),
}


class ClassRow(NamedTuple):
    """A class of the files: id, name, RGB colour where the list has one."""

    id: int
    name: str
    colour: Colour | None

    @property
    def is_unknown(self) -> bool:
        """Whether its pixels are of no class."""
        return self.name.lower() in UNKNOWN_NAMES


def read_classes(path: Path) -> list[ClassRow]:
    """Read a list of classes.

    Lines are ``id name [r g b]``, with blanks, tabs or commas between; ``name [r g b]`` and
    ``r g b name`` (as CamVid has it) take the number of the line, from 0. A first line with names
    of columns (``id,name,r,g,b`` in any order) is understood, ``#`` begins a comment. JSON: a list
    of names or of objects with ``id``, ``name`` and ``color``; an object from name to colour or
    from id to name; or mmsegmentation's ``classes`` and ``palette``.

    Args:
        path: The file.

    Returns:
        Classes in the order of their ids.

    Raises:
        MissingFileError: There is no such file.
        DataError: A line is none of these, or an id occurs twice.
    """
    try:
        text = path.read_text(encoding='utf-8-sig')
    except FileNotFoundError as error:
        raise MissingFileError(f'no list of classes at {path}') from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f'cannot read {path} as text') from error
    rows = _of_json(text, path) if path.suffix.lower() == '.json' else _of_lines(text, path)
    seen: dict[int, ClassRow] = {}
    for row in rows:
        if row.id in seen:
            raise DataError(f'{path}: {row.name} and {seen[row.id].name} have the same id {row.id}')
        if row.colour and not all(0 <= channel <= 255 for channel in row.colour):
            raise DataError(f'{path}: the colour of {row.name} is {row.colour}, not 0 to 255')
        seen[row.id] = row
    if not any(not row.is_unknown for row in rows):
        raise DataError(f'{path} names no class')
    return sorted(rows)


def _of_lines(text: str, path: Path) -> list[ClassRow]:
    rows, columns = [], None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split('#')[0].strip()
        if not line:
            continue
        if ',' in line or ';' in line:
            delimiter = ',' if ',' in line else ';'
            cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
        else:
            cells = line.split()
        cells = [cell.strip() for cell in cells if cell.strip()]
        if not rows and columns is None and (columns := _header(cells)):
            continue
        try:
            rows.append(_of_cells(_sorted_cells(cells, columns), len(rows)))
        except (ValueError, IndexError) as error:
            raise DataError(
                f'{path}, line {number}: {line!r} is none of "id name", "id name r g b", '
                '"name r g b" and "r g b name"'
            ) from error
    return rows


def _header(cells: Sequence[str]) -> list[str] | None:
    """Columns by their names; None: the line is no header."""
    names = {name: column for column, names in _COLUMNS.items() for name in names}
    columns = [names.get(cell.lower(), '') for cell in cells]
    return columns if 'name' in columns and len(cells) > 1 else None


def _sorted_cells(cells: Sequence[str], columns: Sequence[str] | None) -> list[str]:
    """Cells in the order id, name, r, g, b, those that there are."""
    if columns is None:
        return list(cells)
    by_column = dict(zip(columns, cells))
    return [by_column[column] for column in _COLUMNS if column in by_column]


def _of_cells(cells: list[str], number: int) -> ClassRow:
    is_number = [bool(re.fullmatch(r'-?\d+', cell)) for cell in cells]
    if all(is_number):
        raise ValueError('no name')
    index, colour = number, None
    if is_number[:3] == [True] * 3:
        colour, cells = cells[:3], cells[3:]
    else:
        if len(cells) > 3 and all(is_number[-3:]):
            colour, cells = cells[-3:], cells[:-3]
        if is_number[0]:
            index, cells = int(cells[0]), cells[1:]
    name = ' '.join(cells)
    if not name or re.fullmatch(r'[-\d\s.]+', name):
        raise ValueError('no name')
    return ClassRow(index, name, colour and tuple(map(int, colour)))


def _of_json(text: str, path: Path) -> list[ClassRow]:
    try:
        content = json.loads(text)
        if isinstance(content, dict) and 'classes' in content:
            names = content['classes']
            colours = content.get('palette') or [None] * len(names)
            content = [
                dict(name=name, color=colour) for name, colour in zip(names, colours, strict=True)
            ]
        elif isinstance(content, dict):
            content = [
                dict(id=key, name=value) if isinstance(value, str) else dict(name=key, color=value)
                for key, value in content.items()
            ]
        return [_of_entry(entry, number) for number, entry in enumerate(content)]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f'{path} is not a list of classes in JSON: names, or objects with id, name and color'
        ) from error


def _of_entry(entry: Any, number: int) -> ClassRow:
    if isinstance(entry, str):
        return ClassRow(number, entry, None)
    colour = next((entry[key] for key in ('color', 'colour', 'rgb') if entry.get(key)), None)
    if colour is not None:
        red, green, blue = map(int, colour)
        colour = red, green, blue
    name = str(entry.get('name') or entry['label'])
    return ClassRow(int(entry.get('id', number)), name, colour)
