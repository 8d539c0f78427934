"""Files of annotations: JSON and XML of a stranger, read with care."""

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ...errors import DataError


def upwards(start: Path, root: Path) -> Iterator[Path]:
    """A folder and those above it, up to the one above another, as where ``labels/`` is given."""
    for folder in (start, *start.parents):
        yield folder
        if folder == root.parent:
            return


def load_text(path: Path, most: int = -1) -> str:
    """The first characters of a text file, all of them where there is no number.

    Raises:
        DataError: It cannot be read.
    """
    try:
        with open(path, encoding='utf-8-sig', errors='replace') as file:
            return file.read(most)
    except OSError as error:
        raise DataError(f'cannot read {path}: {error.strerror}') from error


def load_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        DataError: It cannot be read, or is no JSON.
    """
    try:
        return json.loads(path.read_bytes().decode('utf-8-sig'))
    except OSError as error:
        raise DataError(f'cannot read {path}: {error.strerror}') from error
    except RecursionError as error:
        raise DataError(f'{path} is nested too deeply to be annotations') from error
    except UnicodeDecodeError as error:
        raise DataError(f'{path} is no text in UTF-8') from error
    except json.JSONDecodeError as error:
        raise DataError(
            f'{path} is broken JSON: {error.msg} in line {error.lineno}, column {error.colno}'
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise DataError(f'{path} is broken JSON: {error}') from error


def load_xml(path: Path) -> ElementTree.Element:
    """The root of an XML file; one with a document type, which may hold traps, is refused.

    Raises:
        DataError: It cannot be read, or is no XML.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f'cannot read {path}: {error.strerror}') from error
    # In UTF-16, too.
    if b'<!DOCTYPE' in content.replace(b'\0', b'').upper():
        raise DataError(f'{path} has a document type (<!DOCTYPE>), which no annotations need')
    try:
        return ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DataError(f'{path} is broken XML: {error}') from error


def number_of(value: Any, key: str) -> float:
    """A finite number, also of a text.

    Raises:
        DataError: It is none.
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise DataError(f'its {key} is {value!r}, no number')
    return number


def text_of(value: Any, key: str) -> str:
    """A text that is not empty; a whole number is one.

    Raises:
        DataError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise DataError(f'it has no {key}')
    return str(value)


def table_of(value: Any) -> dict:
    """An object, an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def objects(value: Any, path: Path, what: str) -> list[dict]:
    """A list of objects.

    Raises:
        DataError: It is none.
    """
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise DataError(f'{path}: {what} is no list of objects')
    return value


def each_of(values: Iterable[Any], what: str) -> Iterator[tuple[str, Any]]:
    """Things with what errors call them: by their ids, or by their places in the list, from 1."""
    for place, value in enumerate(values, 1):
        own = value.get('id') if isinstance(value, dict) else None
        yield (f'{what} {own}' if isinstance(own, int | str) else f'{what} no. {place}'), value
