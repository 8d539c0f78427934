"""Lines of a text without comments, and what in them can be a name."""

import re
from typing import NamedTuple

from .untitled import FORMS
from .values import TableError, colour

# ``#`` begins a comment at the begin of a line and between blanks; ``#307020`` is a colour.
_COMMENT = re.compile(r'(^|\s)(#|//)(\s.*|$)|^#(?![0-9a-fA-F]{6}\b|\s*[,;\t])')
# First lines of Excel's CSV, of QGIS's and of GIMP's tables of colours.
_PREAMBLE = re.compile(r'sep=.|INTERPOLATION:(EXACT|DISCRETE)|GIMP Palette|(Name|Columns):.*')
_SHOWN = 80
# Keys, markup and code, and numbers that were taken for a part of a name.
_NO_NAME = re.compile(
    r'[{}<>=|\[\]\\]|::|:\s*$|^(0x[0-9a-fA-F]+|-?\d+)[\s:.)]|^[-*]\s|//|:\s*[0-9#]|(^|\s)[0-9]+[\s,]+[0-9]+[\s,]+[0-9]+(\s|$)'
)


class TextLine(NamedTuple):
    """A line and its number, from 1."""

    number: int
    text: str

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f'line {self.number}'

    @property
    def shown(self) -> str:
        """The text in quotation marks, its begin where it is long."""
        bare = self.text.strip()
        return repr(bare if len(bare) <= _SHOWN else f'{bare[:_SHOWN]}...')


def lines_of(text: str) -> tuple[list[TextLine], list[str]]:
    """Lines that are neither empty nor comments, and the comments."""
    lines, comments = [], []
    for number, line in enumerate(re.split(r'\r\n|\r|\n', text), 1):
        bare = line.strip(' ')
        if '"' not in bare and (match := _COMMENT.search(bare)):
            comments.append(bare[match.start() :].strip(' #/\t'))
            bare = bare[: match.start()].strip(' ')
        if bare.strip() and not (not lines and _PREAMBLE.fullmatch(bare)):
            lines.append(TextLine(number, bare))
    return lines, comments


def name_of(text: str, line: TextLine) -> str:
    """A name, without quotation marks.

    Raises:
        TableError: Something in it shows that it is more than a name, or none.
    """
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in '"\'':
        return bare[1:-1]
    pieces = re.split(r'[,;\t]', bare)
    are_cells = len(pieces) > 1 and any(
        not piece.strip() or re.match(r'\s*-?[0-9]+(\s|$)', piece) or colour(piece)
        for piece in pieces
    )
    if are_cells or _NO_NAME.search(bare):
        raise TableError(
            f'{line.shown} is not understood; it is none of {FORMS}, nor cells under '
            'titles such as id,name,r,g,b',
            line.place,
        )
    return bare
