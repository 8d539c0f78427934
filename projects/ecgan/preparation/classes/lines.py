"""Tables of classes as text: which form its lines have."""

import re
from collections.abc import Sequence

from .delimited import read_delimited
from .entries import Draft, Entry
from .text_line import TextLine, lines_of, name_of
from .untitled import read_untitled
from .values import TableError, colour, whole
from .words import read_words

_LABELMAP = re.compile(r'([^:]+):([^:]*):([^:]*):([^:]*)')
_SIGN = r'(?:->|=>|[:=])'
_BY_ID = re.compile(rf'(-?[0-9]+)(?:\s*{_SIGN}\s*|[.)]\s+|\s+-+\s+)(\S.*)')
_BY_NAME = re.compile(rf'([^:=,;\t]*[^:=,;\t\s])\s*{_SIGN}\s*(\S.*)')
_THREE = r'[0-9]+[\s,]+[0-9]+[\s,]+[0-9]+'
# sky 128,128,128
_GLUED = re.compile(r'([^,;\t":=]*\s)?[0-9]+,\s?[0-9]+,\s?[0-9]+(\s[^,;\t":=]*)?')
_WITH_COLOUR = re.compile(rf'(.*[^\s,:])[\s,:]+[(\[]?({_THREE}|#[0-9a-fA-F]{{6}})[)\]]?')


def read_lines(text: str, may_be_nameless: bool = False) -> Draft:
    """Read a text of one class a line.

    Args:
        text: The text.
        may_be_nameless: Whether lines may be ``id r g b`` alone.

    Raises:
        TableError: A line, a column or a cell is not understood.
    """
    lines, comments = lines_of(text)
    if not lines:
        raise TableError('the table names no class')
    if all(_GLUED.fullmatch(line.text) for line in lines):
        lines = [TextLine(line.number, line.text.replace(',', ' ')) for line in lines]
    return (
        _labelmap(lines)
        or _keyed(lines)
        or read_delimited(lines, comments, may_be_nameless)
        or read_words(lines, comments, may_be_nameless)
    )


def _labelmap(lines: Sequence[TextLine]) -> Draft | None:
    """``name:r,g,b:parts:actions`` of VOC, as CVAT and datumaro write it; None: it is not."""
    matches = [_LABELMAP.fullmatch(line.text.strip()) for line in lines]
    if not all(matches):
        return None
    entries = []
    for match, line in zip(matches, lines):
        shade = colour(match[2]) if match[2].strip() else None
        if shade is None and match[2].strip():
            raise TableError(
                f'{match[2]!r} is no colour: lines of a labelmap are name:r,g,b:parts:actions',
                line.place,
            )
        entries.append(Entry(line.place, name_of(match[1], line), None, shade))
    return Draft(entries)


def _keyed(lines: Sequence[TextLine]) -> Draft | None:
    """``0: name``, ``name: 0`` and ``name: r, g, b``; None: the lines are none of them."""
    places = [line.place for line in lines]
    by_id = [_BY_ID.fullmatch(line.text.strip()) for line in lines]
    if all(by_id):
        coloured = [_WITH_COLOUR.fullmatch(match[2]) for match in by_id]
        if not all(coloured):
            rows = [[match[1], name_of(match[2], line)] for match, line in zip(by_id, lines)]
        else:
            rows = [
                [key[1], name_of(match[1], line), match[2].replace(',', ' ')]
                for key, match, line in zip(by_id, coloured, lines)
            ]
        return read_untitled(rows, places)
    by_name = [_BY_NAME.fullmatch(line.text.strip()) for line in lines]
    if not all(by_name):
        return None
    values = [match[2] for match in by_name]
    if any(whole(value) is None for value in values) and not all(map(colour, values)):
        return None
    rows = [[name_of(match[1], line), match[2]] for match, line in zip(by_name, lines)]
    return read_untitled(rows, places)
