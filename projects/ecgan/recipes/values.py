"""What recipes resolve to, read by the standard library alone.

MMEngine's own reader takes seconds for all recipes, and for its import alone; a list of them is to
be there at once. A test holds that both readers agree on every recipe.
"""

import ast
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import ConfigError, one_line
from .names import changes_of, find_recipe, look_for_config, split_variant

_VARIABLE = re.compile(r'{{\s*\$(\w+):(.*?)\s*}}')


class Entries(dict):
    """A dict whose entries are attributes too, as configs take them from ``_base_``."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def recipe_values(name: str) -> Entries:
    """What MMEngine makes of a recipe, or of a variant; ``variants`` is not in it.

    Args:
        name: As for :func:`~projects.ecgan.recipes.names.find_recipe`, perhaps with ``@VARIANT``.

    Raises:
        ConfigError: It cannot be read, or has no such variant.
        MissingFileError: There is no such recipe.
    """
    recipe, variant = split_variant(name)
    path = find_recipe(recipe)
    try:
        values = dict(_read(path))
    except Exception as error:
        raise ConfigError(f'cannot read the config {name}: {one_line(error)}') from error
    variants = values.pop('variants', None)
    if variant is not None:
        values = _merged(changes_of(variants, variant, path.stem), values)
    return _copied(values)


def variants_of(path: Path) -> dict[str, dict[str, Any]]:
    """A recipe's variants: what they change, by their names."""
    return _read(path).get('variants') or {}


@cache
def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding='utf-8').replace('{{ fileDirname }}', str(path.parent))
    text = _VARIABLE.sub(lambda found: os.environ.get(found[1], found[2]), text)
    tree = ast.parse(text)
    names = [
        ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else '' for node in tree.body
    ]
    bases = []
    if '_base_' in names:
        node = tree.body.pop(names.index('_base_'))
        bases = ast.literal_eval(node.value)
    base = {}
    for part in [bases] if isinstance(bases, str) else bases:
        below = path.parent / part
        base.update(_read(below.resolve() if below.is_file() else look_for_config(part)))
    # Copied, as a recipe may take parts out of it.
    scope = {'_base_': _copied(base)}
    exec(compile(tree, path, 'exec'), scope)
    own = {name: value for name, value in scope.items() if not name.startswith('_')}
    return _merged(own, scope['_base_'])


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return Entries({key: _copied(entry) for key, entry in value.items()})
    return type(value)(map(_copied, value)) if isinstance(value, list | tuple) else value


def _merged(changes: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """The base with changes, by MMEngine's rules; neither is changed."""
    result = dict(base)
    for key, value in changes.items():
        if isinstance(value, dict) and key in base:
            value = dict(value)
            if not value.pop('_delete_', False):
                value = _merged(value, base[key])
        result[key] = value
    return result
