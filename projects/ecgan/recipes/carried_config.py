"""The config that a checkpoint carries, read and written without running it.

MMEngine writes a config as Python and reads it by executing it. A checkpoint is untrusted input, so
here the text is only parsed: it may hold what MMEngine writes, which is names set to numbers, text,
lists, tuples and dicts.
"""

import ast
from collections.abc import Mapping
from typing import Any

from mmengine.config import ConfigDict

from ..errors import CheckpointError, ConfigError

_NAMES = {'inf': float('inf'), 'nan': float('nan')}


def read_carried_config(content: object, checkpoint: str) -> ConfigDict:
    """Read the entries of the config in what a checkpoint holds; errors call it by its name.

    Raises:
        CheckpointError: It carries none, or one that is more than settings.
    """
    meta = content.get('meta') if isinstance(content, dict) else None
    text = meta.get('cfg') if isinstance(meta, dict) else None
    if not isinstance(text, str) or not text:
        raise CheckpointError(
            f'{checkpoint} carries no config: give the one that it was trained with'
        )
    try:
        return ConfigDict(_entries(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError) as error:
        raise CheckpointError(
            f'the config that {checkpoint} carries is more than settings ({error}), and nothing of '
            'it was run: give the one that it was trained with'
        ) from error


def write_config(cfg: Mapping[str, Any]) -> str:
    """A config as text that :func:`read_carried_config` reads, a line for each entry.

    Raises:
        ConfigError: An entry holds more than numbers, text, lists, tuples and dicts.
    """
    # Lazy parts become their names.
    plain = cfg if type(cfg) is dict else cfg.to_dict()
    lines = {key: f'{key} = {value!r}\n' for key, value in plain.items()}
    for key, line in lines.items():
        try:
            read = _entries(ast.parse(line))
        except (SyntaxError, ValueError) as error:
            raise ConfigError(f'{key} of the config holds more than settings: {error}') from error
        if repr(read) != repr({key: plain[key]}):
            raise ConfigError(f'{key} of the config holds more than settings: {line.strip()}')
    return ''.join(lines.values())


def _entries(tree: ast.Module) -> dict[str, Any]:
    entries = {}
    for statement in tree.body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            raise ValueError(f'line {statement.lineno}: {type(statement).__name__}')
        (target,) = statement.targets
        if not isinstance(target, ast.Name):
            raise ValueError(f'line {statement.lineno}: {ast.unparse(target)}')
        entries[target.id] = _value(statement.value)
    return entries


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Call(func=ast.Name(id='dict'), args=[], keywords=pairs) if all(
            pair.arg for pair in pairs
        ):
            return {pair.arg: _value(pair.value) for pair in pairs}
        # How MMEngine writes a dict whose keys are no names.
        case ast.Call(func=ast.Name(id='dict'), args=[ast.Dict() as inner], keywords=[]):
            return _value(inner)
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {_value(key): _value(value) for key, value in zip(keys, values)}
        case ast.List(elts=elements):
            return [_value(element) for element in elements]
        case ast.Tuple(elts=elements):
            return tuple(_value(element) for element in elements)
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
    # Constants, and numbers with a sign.
    return ast.literal_eval(node)
