"""Tables whose columns have no titles: what each column is, by what all of its cells are."""

from collections.abc import Sequence
from typing import Any

from .entries import Draft, Entry
from .values import TableError, colour, is_empty, is_nothing, number, text_of, whole

# Kinds of the columns in their order (T text, N numbers, C colours) -> what they are: n name, i id,
# r g b, a alpha, c colour, f flags of 0 and 1 (ITK-SNAP). Of several readings the one is taken that
# the cells allow, or the only one by which ids count on or all colours are opaque.
_READINGS = {
    'T': ('n',),
    'NT': ('in',),
    'TN': ('ni',),
    'NNNT': ('rgbn',),
    'TNNN': ('nrgb',),
    'NTNNN': ('inrgb',),
    'NNNTN': ('rgbni',),
    'NNNNT': ('irgbn', 'rgban', 'rgbin'),
    'TNNNN': ('nirgb', 'nrgba', 'nrgbi'),
    'NTNNNN': ('inrgba',),
    'NNNNTN': ('rgbani',),
    'NNNNNT': ('irgban',),
    'NNNNNNNT': ('irgbaffn',),
    'TC': ('nc',),
    'CT': ('cn',),
    'NTC': ('inc',),
    'NCT': ('icn',),
    'TNC': ('nic',),
    'TCN': ('nci',),
    'CNT': ('cin',),
    'CTN': ('cni',),
}
# Colour tables of maps, where the names may be missing.
_NAMELESS = {'NNNN': ('irgb',), 'NNNNN': ('irgba',), 'NC': ('ic',)}
FORMS = '"id name", "id name r g b", "name r g b" and "r g b name"'


def read_untitled(
    rows: Sequence[Sequence[Any]], places: Sequence[str], may_be_nameless: bool = False
) -> Draft:
    """Read a table without titles.

    Args:
        rows: Cells of each row; short ones lack their last cells.
        places: Where each row stands, for messages.
        may_be_nameless: Whether classes without names are called after their ids.

    Raises:
        TableError: The columns are none of the forms that are known, or of two of them.
    """
    width = max((len(row) for row in rows), default=0)
    padded = [[*row, *[''] * (width - len(row))] for row in rows]
    columns = [column for column in zip(*padded) if not all(map(is_empty, column))]
    kinds = ''.join(map(_kind, columns))
    readings = _READINGS.get(kinds) or (_NAMELESS.get(kinds) if may_be_nameless else None)
    if not readings:
        raise TableError(_why(kinds), places[0] if len(rows) == 1 else '')
    fitting = [reading for reading in readings if _fits(reading, columns)]
    if len(fitting) > 1:
        fitting = [reading for reading in fitting if _fits_well(reading, columns)]
    if len(readings) > 1 and len(fitting) != 1:
        raise TableError(
            f'four numbers beside a name are {" or ".join(map(_spelled, readings))}: write these '
            'titles in a first line'
        )
    reading = fitting[0] if fitting else readings[0]
    if not _flags_fit(reading, columns):
        raise TableError(f'the columns are not {_spelled(reading)}: {_TITLES}')
    return Draft(
        [
            _entry(dict(zip(reading, cells)), place)
            for cells, place in zip(zip(*columns), places, strict=True)
        ]
    )


_TITLES = 'write their titles in a first line, such as id,name,r,g,b'


def _kind(column: Sequence[Any]) -> str:
    filled = [cell for cell in column if not is_nothing(cell)]
    if filled and all(number(cell) is not None for cell in filled):
        return 'N'
    if filled and all(colour(cell) is not None for cell in filled):
        return 'C'
    return 'T'


def _why(kinds: str) -> str:
    texts = kinds.count('T')
    if texts > 1:
        return f'{texts} columns of text, of which one can be the names: {_TITLES}'
    if not texts:
        return f'no names beside the numbers; it is none of {FORMS}'
    numbers = kinds.count('N')
    return (
        f'{numbers} columns of numbers beside the names ({kinds.index("T")} before them) are not '
        f'understood: {_TITLES}, and leave out what the label maps do not hold'
    )


def _spelled(reading: str) -> str:
    words = {'n': 'name', 'i': 'id', 'a': 'alpha', 'c': 'color', 'f': '0 or 1'}
    return ','.join(words.get(letter, letter) for letter in reading)


def _fits(reading: str, columns: Sequence[Sequence[Any]]) -> bool:
    """Whether ids are whole and differ, and an alpha is one of few and somewhere opaque."""
    by_letter = dict(zip(reading, columns))
    ids = [whole(cell) for cell in by_letter.get('i', ())]
    if None in ids or len(set(ids)) < len(ids):
        return False
    opaque = {number(cell) for cell in by_letter.get('a', [255])}
    return bool(opaque & {1, 255}) and _flags_fit(reading, columns)


def _fits_well(reading: str, columns: Sequence[Sequence[Any]]) -> bool:
    """Whether ids count on from 0 or 1, or all colours are opaque."""
    by_letter = dict(zip(reading, columns))
    if 'a' in by_letter:
        return {number(cell) for cell in by_letter['a']} in ({255}, {1})
    ids = sorted(whole(cell) for cell in by_letter['i'])
    return ids[0] in (0, 1) and ids == list(range(ids[0], ids[0] + len(ids)))


def _flags_fit(reading: str, columns: Sequence[Sequence[Any]]) -> bool:
    for letter, column in zip(reading, columns):
        values = {number(cell) for cell in column if not is_nothing(cell)}
        if letter == 'a' and not (len(values) == 1 or values <= {0, 1, 255}):
            return False
        if letter == 'f' and not values <= {0, 1}:
            return False
    return True


def _entry(cells: dict[str, Any], place: str) -> Entry:
    index = whole(cells.get('i'))
    if index is None and not is_nothing(cells.get('i')):
        raise TableError(f'the id {cells["i"]!r} is not a whole number', place)
    channels = [cells[letter] for letter in 'rgb' if letter in cells] or cells.get('c')
    is_bare = channels is None or (
        all(map(is_nothing, channels)) if isinstance(channels, list) else is_nothing(channels)
    )
    shade = None if is_bare else colour(channels)
    if shade is None and not is_bare:
        raise TableError('a channel of the colour is missing', place)
    name = text_of(cells['n'], place) if 'n' in cells else f'id {index}'
    if not name:
        raise TableError(f'no name: the line is none of {FORMS}', place)
    return Entry(place, name, index, shade)
