"""Classes in Python code, which is read and never run: configs, Cityscapes' labels.py."""

import ast
from collections.abc import Iterator
from typing import Any

from .documents import read_document
from .entries import Draft
from .values import TableError, key_of

# Names of variables that hold classes or colours.
_WANTED = (
    'metainfo', 'classes', 'palette', 'names', 'labels', 'classnames', 'labelnames', 'categories',
    'id2label', 'label2id', 'masktargets', 'colors', 'colours', 'colormap',
)  # fmt: skip


class _NotLiteralError(ValueError):
    """An expression that only running it would tell."""


def read_python(text: str) -> Draft:
    """Read the classes that Python code writes down.

    ``METAINFO = dict(classes=..., palette=...)``, ``classes = ...``, or a list of calls of a
    ``namedtuple`` whose fields are known, as Cityscapes' labels are written.

    Raises:
        TableError: There are none, several that differ, or what only running the code would tell.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise TableError('it is not Python') from error
    fields = dict(_named_tuples(tree))
    document: dict[str, Any] = {}
    left_out = []
    for name, node in _assignments(tree):
        key = key_of(name)
        if key not in _WANTED:
            continue
        try:
            value = _literal(node, fields)
        except (_NotLiteralError, RecursionError, TypeError):
            left_out.append(name)
            continue
        if key in document and document[key] != value:
            raise TableError(f'{name} is assigned twice, and differs: keep one')
        if value:
            document[key] = value
    if not document:
        raise TableError('no classes = (...), METAINFO = dict(...) of plain values is in it')
    if _reduces_zero(tree):
        inner = document.get('metainfo', document)
        inner['reduce_zero_label'] = True
    draft = read_document(document)
    if left_out:
        draft.notes.append(f'only running the code would tell {", ".join(left_out)}: left out')
    return draft


def _assignments(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _named_tuples(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """Names of the tuples that are defined, and their fields."""
    for name, node in _assignments(tree):
        if isinstance(node, ast.Call) and _called(node) == 'namedtuple' and len(node.args) == 2:
            try:
                fields = ast.literal_eval(node.args[1])
            except ValueError:
                continue
            yield name, fields.replace(',', ' ').split() if isinstance(fields, str) else fields


def _called(node: ast.Call) -> str:
    return getattr(node.func, 'attr', getattr(node.func, 'id', ''))


def _literal(node: ast.expr, fields: dict[str, list[str]]) -> Any:
    """The value of an expression of literals, ``dict(...)`` and known tuples."""
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(each, fields) for each in node.elts]
    if isinstance(node, ast.Dict):
        if None in node.keys:
            raise _NotLiteralError
        keys = [_literal(key, fields) for key in node.keys]
        keys = [tuple(key) if isinstance(key, list) else key for key in keys]
        if len(set(keys)) < len(keys):
            raise TableError('a key is there twice')
        return dict(zip(keys, (_literal(value, fields) for value in node.values)))
    if isinstance(node, ast.Call):
        values = [_literal(each, fields) for each in node.args]
        named = {each.arg: _literal(each.value, fields) for each in node.keywords}
        if _called(node) == 'dict' and not values and None not in named:
            return named
        if _called(node) in fields and len(values) <= len(fields[_called(node)]):
            return dict(zip(fields[_called(node)], values)) | named
        if _called(node) in ('tuple', 'list', 'array', 'asarray') and len(values) == 1:
            return values[0]
        raise _NotLiteralError
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError) as error:
        raise _NotLiteralError from error


def _reduces_zero(tree: ast.AST) -> bool:
    """Whether the code sets mmsegmentation's ``reduce_zero_label=True`` anywhere."""
    for node in ast.walk(tree):
        named: list[tuple[str | None, ast.expr | None]] = []
        if isinstance(node, ast.keyword):
            named = [(node.arg, node.value)]
        elif isinstance(node, ast.arguments):
            defaulted = node.args[len(node.args) - len(node.defaults) :]
            named = [(each.arg, value) for each, value in zip(defaulted, node.defaults)]
            named += [(each.arg, value) for each, value in zip(node.kwonlyargs, node.kw_defaults)]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named = [(node.targets[0].id, node.value)]
        for name, value in named:
            if name == 'reduce_zero_label' and getattr(value, 'value', None) is True:
                return True
    return False
