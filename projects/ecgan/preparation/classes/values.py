"""Cells and values of tables: titles, whole numbers, colours, nothing."""

import re
from collections.abc import Sequence
from typing import Any

from PIL import ImageColor

#: Channels as they stand in a file: 0 to 255, or 0 to 1.
RawColour = tuple[float, float, float]

_WHOLE = re.compile(r'[+-]?[0-9]{1,18}(\.0+)?')
_NUMBER = re.compile(r'[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?', re.IGNORECASE)
_HEX = re.compile(r'(#|0x)([0-9a-f]{6})(ff)?', re.IGNORECASE)
_BRACKETS = re.compile(r'(?:rgba?)?\s*[(\[]([^()\[\]]*)[)\]]', re.IGNORECASE)
# No id and no channel; infinity and NaN are not below it either.
_HUGE = 1e18
_NOTHING = ('', 'nan', 'none', 'null', 'n/a', 'na', '-')


class TableError(ValueError):
    """A table that cannot be read.

    Args:
        message: The fault, in words that go on after the name of the file.
        place: Where in the file, as 'line 3'; empty: the whole of it.
    """

    def __init__(self, message: str, place: str = '') -> None:
        super().__init__(message)
        self.place = place


def key_of(title: Any) -> str:
    """A title as it is compared: ``Pixel Value``, ``pixel_value`` and ``pixelValue`` are alike."""
    text = str(title).strip().lower()
    return re.sub(r'[\W_]', '', text) or text


def is_nothing(value: Any) -> bool:
    """Whether a cell is empty, or says that there is no number or colour."""
    if isinstance(value, str):
        return value.strip().lower() in _NOTHING
    return value is None or value != value or value in ([], (), {})


def is_empty(value: Any) -> bool:
    """Whether a cell holds nothing at all."""
    return value is None or (isinstance(value, str) and not value.strip())


def text_of(value: Any, place: str) -> str:
    """A name as text; '' for an empty cell.

    Raises:
        TableError: It is a list or an object.
    """
    if isinstance(value, list | tuple | dict | bool):
        raise TableError(f'the name is {str(value)[:40]!r}, and no text', place)
    return '' if is_empty(value) else str(value)


def whole(value: Any) -> int | None:
    """A whole number, also as text or as ``1.0``; None: it is none."""
    if isinstance(value, str):
        text = value.strip()
        return int(text.split('.')[0]) if _WHOLE.fullmatch(text) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < _HUGE and value == int(value) else None


def number(value: Any) -> float | None:
    """A number of sane size, also as text; None: it is none."""
    if isinstance(value, str):
        value = float(value) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < _HUGE else None


def colour(value: Any, by_name: bool = False) -> RawColour | None:
    """A colour in one cell or value; None: it is none.

    Args:
        value: ``#307020``, ``128 64 128``, ``(128, 64, 128)``, ``rgb(128, 64, 128)``, a list, or an
            object with ``r``, ``g`` and ``b``. A fourth channel (alpha) says nothing about classes.
        by_name: Also the colours that HTML has names for, and ``#36c``.
    """
    if isinstance(value, dict):
        channels = {key_of(key): channel for key, channel in value.items()}
        pairs = (('r', 'red'), ('g', 'green'), ('b', 'blue'))
        return _channels([channels.get(short, channels.get(long)) for short, long in pairs])
    if isinstance(value, list | tuple):
        return _channels(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if match := _HEX.fullmatch(text):
        return tuple(float(channel) for channel in bytes.fromhex(match[2]))
    inner = _BRACKETS.fullmatch(text)
    channels = _spelled(inner[1] if inner else text, may_be_clear=inner is not None)
    if channels is None and by_name and not re.fullmatch(r'#\w{8}', text):
        try:
            channels = tuple(float(channel) for channel in ImageColor.getrgb(text)[:3])
        except ValueError:
            return None
    return channels


def _spelled(text: str, may_be_clear: bool) -> RawColour | None:
    """Numbers between separators of one kind; outside of brackets an alpha is opaque."""
    text = text.strip()
    if len({between.strip() for between in re.findall(r'\s*[,;]\s*|\s+', text)}) != 1:
        return None
    channels = re.split(r'[\s,;]+', text)
    if len(channels) == 4 and not may_be_clear and whole(channels[3]) != 255:
        return None
    return _channels(channels)


def _channels(values: Sequence[Any]) -> RawColour | None:
    channels = [number(value) for value in values]
    if len(channels) not in (3, 4) or None in channels:
        return None
    return tuple(channels[:3])
