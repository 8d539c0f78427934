"""Tables of classes as cells between tabs, semicolons, commas or bars."""

import csv
import re
from collections.abc import Sequence

from .columns import is_name_title, is_title, read_columns
from .entries import Draft
from .text_line import TextLine, name_of
from .untitled import read_untitled
from .values import TableError, colour, whole

_DELIMITERS = '\t;,|'
# A colour in brackets is one cell.
_BRACKETS = re.compile(r'(?:rgba?)?[(\[]((?:\s*[0-9.]+\s*[,;\s]){2,3}\s*[0-9.]+\s*)[)\]]', re.I)
# A name with the colour behind it, an id with the name behind it.
_SEVERAL = re.compile(r'.*[^\W\d].*\s[0-9]+\s+[0-9]+\s+[0-9]+|-?[0-9]+\s+[^\W\d].*')


def read_delimited(
    lines: Sequence[TextLine], comments: Sequence[str], may_be_nameless: bool
) -> Draft | None:
    """Read cells, with titles in the first line, in a comment, or without.

    Returns:
        The classes; None: there are no such cells.

    Raises:
        TableError: A row or a column is not understood.
    """
    untitled: list[list[list[str]]] = []
    for delimiter in _DELIMITERS:
        rows = [_cells(line, delimiter) for line in lines]
        if len(rows[0]) > 1 and _are_titles(rows[0], rows[1:]):
            return read_titled(rows[0], rows[1:], lines[1:])
        if any(len(row) < 2 for row in rows):
            continue
        for comment in comments:
            titles = _cells(TextLine(0, comment), delimiter)
            if len(titles) > 1 and all(map(is_title, titles)):
                return read_titled(titles, rows, lines)
        if delimiter == '\t' and len(set(map(len, rows))) > 1:
            # Tabs that align columns, as in CamVid's list.
            rows = [[cell for cell in row if cell] for row in rows]
        if not any(_SEVERAL.fullmatch(cell) for row in rows for cell in row):
            untitled.append(rows)
    errors: list[TableError] = []
    for rows in untitled:
        try:
            named = [_checked(row, line) for row, line in zip(rows, lines)]
            return read_untitled(named, [line.place for line in lines], may_be_nameless)
        except TableError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return None


def read_titled(
    titles: Sequence[str], rows: Sequence[Sequence[str]], lines: Sequence[TextLine]
) -> Draft:
    """Read rows under titles; rows may lack their last cells, not have more.

    Raises:
        TableError: A row or a column is not understood.
    """
    filled, places = [], []
    for row, line in zip(rows, lines, strict=True):
        row = [*row, *[''] * (len(titles) - len(row))]
        if any(row[len(titles) :]):
            raise TableError(
                f'{len(row)} cells under {len(titles)} titles: put a name that holds the delimiter '
                'into quotation marks',
                line.place,
            )
        if any(row):
            filled.append(row[: len(titles)])
            places.append(line.place)
    if not filled:
        raise TableError('the table names no class')
    return read_columns(titles, filled, places)


def _cells(line: TextLine, delimiter: str) -> list[str]:
    text = _BRACKETS.sub(lambda match: re.sub(r'[,;\s]+', ' ', match[1].strip()), line.text)
    text = {'\t': text, '|': text.strip(' |')}.get(delimiter, text.strip())
    if '"' not in text:
        return [cell.strip() for cell in text.split(delimiter)]
    try:
        cells = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        # Not with this delimiter.
        return [text]
    return [cell.strip() for cell in cells]


def _are_titles(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first line is titles: names of columns, or words above numbers."""
    if any(whole(cell) is not None or colour(cell) for cell in cells):
        return False
    if any(map(is_name_title, cells)) and sum(map(is_title, cells)) > 1:
        return True
    return any(
        cell and all(len(row) > index and whole(row[index]) is not None for row in rows)
        for index, cell in enumerate(cells)
        if rows
    )


def _checked(row: Sequence[str], line: TextLine) -> list[str]:
    return [
        cell
        if not cell or whole(cell) is not None or colour(cell) or f'"{cell}"' in line.text
        else name_of(cell, line)
        for cell in row
    ]
