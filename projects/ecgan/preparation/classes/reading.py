"""From a file to a table of classes: by its content, helped by its suffix."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ...errors import DataError, MissingFileError
from .class_table import ClassTable
from .documents import read_document
from .entries import Draft, finish
from .lines import read_lines
from .markup import read_xml
from .objects import read_container
from .python_code import read_python
from .values import TableError

_BYTE_ORDER_MARKS = {b'\xff\xfe': 'utf-16', b'\xfe\xff': 'utf-16'}
_ANY_CASE = re.MULTILINE | re.IGNORECASE
_NOT_TEXT = 'save the table as CSV or text in UTF-8'


def read_classes(path: Path) -> ClassTable:
    """Read a table of classes.

    What is understood, whatever the order of columns and keys:

    * lines: ``name``, ``id name``, ``name id``, ``id: name``, with ``r g b`` or ``#rrggbb`` before
      or behind; cells between tabs, commas, semicolons or bars, with titles or without; VOC's and
      CVAT's ``name:r,g,b:parts:actions``; labelme's labels, whose ``__ignore__`` has no number;
    * JSON, YAML and Python: names; objects with id, name, color; an object from name to id or
      colour, or from id to name; such things under ``names`` (Ultralytics), ``classes`` and
      ``palette`` (mmsegmentation), ``categories`` (COCO, Segments.ai, datumaro), ``labels``
      (Vistas), ``mask_targets`` (FiftyOne), ``classes`` (Supervisely) and others;
    * Label Studio's config, CVAT's and QGIS's XML, ENVI headers, TensorFlow's ``pbtxt``.

    A table without ids is numbered by its order, from 0. What is left over is an error.

    Args:
        path: The file.

    Returns:
        Classes in the order of their ids, with what was guessed.

    Raises:
        MissingFileError: There is no such file.
        DataError: It is no table of classes, or something in it is not understood.
    """
    text = _text(path)
    kind, read = _reader(path, text)
    try:
        return finish(read(text))
    except TableError as error:
        at = f', {error.place}' if error.place else ''
        what = f' is not a list of classes in {kind}' if kind else ''
        raise DataError(f'{path}{what}{at}: {error}') from error


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingFileError(f'no list of classes at {path}') from error
    except OSError as error:
        raise DataError(f'cannot read {path} as text: {error.strerror}') from error
    encoding = _BYTE_ORDER_MARKS.get(content[:2], 'utf-8-sig')
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(f'cannot read {path} as text: {_NOT_TEXT}') from error
    if '\0' in text:
        raise DataError(f'cannot read {path} as text: {_NOT_TEXT}')
    return text


def _reader(path: Path, text: str) -> tuple[str, Callable[[str], Draft]]:
    """The kind of a document in words ('' for lines), and what reads it."""
    suffix, bare = path.suffix.lower(), text.lstrip()
    if suffix in ('.yaml', '.yml'):
        return 'YAML', _read_yaml
    if suffix == '.py':
        return 'Python', read_python
    if suffix == '.json' or bare[:1] in ('{', '['):
        return 'JSON', _read_json
    if bare[:1] == '<':
        return 'XML', read_xml
    if bare.startswith('ENVI'):
        return 'an ENVI header', _read_envi
    if suffix == '.pbtxt' or re.match(r'item\s*\{', bare):
        return 'pbtxt', _read_pbtxt
    return '', lambda lines: read_lines(lines, may_be_nameless=suffix == '.clr')


def _read_json(text: str) -> Draft:
    try:
        content = json.loads(text, object_pairs_hook=_without_twins)
    except TableError:
        raise
    except (ValueError, RecursionError) as error:
        try:
            # What Python prints, {0: 'sky'}.
            content = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            raise TableError(f'it cannot be read ({error})') from error
    return read_document(content)


def _without_twins(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    content: dict[Any, Any] = {}
    for key, value in pairs:
        if key in content:
            raise TableError(f'the key {key!r} is there twice')
        content[key] = value
    return content


def _read_yaml(text: str) -> Draft:
    try:
        node = yaml.compose(text, yaml.BaseLoader)
        content = _plain(node, set())
    except (yaml.YAMLError, RecursionError) as error:
        raise TableError(f'it cannot be read ({" ".join(str(error).split())[:80]})') from error
    return read_document(content)


def _plain(node: yaml.Node | None, seen: set[int]) -> Any:
    """Lists, objects and texts: ``no`` and ``010`` are names as any other."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if node is None:
        raise TableError('it is empty')
    if id(node) in seen:
        raise TableError('it has anchors: write out what they stand for')
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, seen) for each in node.value]
    return _without_twins([(_key(key), _plain(value, seen)) for key, value in node.value])


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise TableError('a key is a list or an object')
    return node.value


def _read_envi(text: str) -> Draft:
    """Names and colours of an ENVI header of a classification."""
    found = dict(re.findall(r'^\s*([a-z ]+?)\s*=\s*\{([^{}]*)\}', text, _ANY_CASE))
    cells = {
        key.lower(): [cell.strip() for cell in value.split(',')] for key, value in found.items()
    }
    if 'class names' not in cells:
        raise TableError("it has no 'class names'")
    content: dict[str, Any] = {'names': cells['class names']}
    if lookup := cells.get('class lookup'):
        content['palette'] = [lookup[start : start + 3] for start in range(0, len(lookup), 3)]
    if count := re.search(r'^\s*classes\s*=\s*([0-9]+)', text, _ANY_CASE):
        content['num_classes'] = count[1]
    return read_document(content)


def _read_pbtxt(text: str) -> Draft:
    """TensorFlow's label map: ``item { id: 1 name: 'sky' }``."""
    items = re.findall(r'item\s*\{([^{}]*)\}', text)
    left_over = re.sub(r'item\s*\{[^{}]*\}|#.*', '', text).strip()
    if left_over or not items:
        raise TableError(f'{left_over[:40]!r} is not understood')
    pairs = [re.findall(r"""(\w+)\s*:\s*(?:"([^"]*)"|'([^']*)'|(\S+))""", item) for item in items]
    return read_container(
        [{key: a or b or c.rstrip(',') for key, a, b, c in each} for each in pairs]
    )
