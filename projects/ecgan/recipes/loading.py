"""Configs from files and by name; the one place where they are read.

A config is a recipe's name, a file, or ``mmagic::pix2pix/NAME.py`` for one that an installed
toolbox brings along (also ``mmseg::``, ``mmdet::`` ...); with ``@VARIANT`` it is a variant of it.
"""

import difflib
import importlib.util
from pathlib import Path

from mmengine.config import Config

from ..errors import ConfigError, MissingFileError, UserError, one_line
from .names import PREFIX, changes_of, find_recipe, split_variant


def read_config(name: str | Path) -> Config:
    """Read a config, or a variant of it.

    Args:
        name: As for :func:`find_config`, perhaps with ``@VARIANT``.

    Returns:
        The config, which holds no variants any more.

    Raises:
        MissingFileError: There is no such file.
        ConfigError: It cannot be read, or has no such variant.
    """
    recipe, variant = split_variant(name)
    path = find_config(recipe)
    try:
        cfg = Config.fromfile(path)
        variants = cfg.pop('variants', None)
        if variant is not None:
            cfg.merge_from_dict(changes_of(variants, variant, path.stem))
    except UserError:
        raise
    except Exception as error:
        raise ConfigError(f'cannot read the config {name}: {one_line(error)}') from error
    return cfg


def variant_names(path: Path) -> list[str]:
    """The names of a config's variants."""
    return [*(Config.fromfile(path).get('variants') or ())]


def config_title(name: str | Path) -> str:
    """What a run of a config is called: the file's name, with the variant."""
    recipe, variant = split_variant(name)
    title = find_config(recipe).stem
    return title if variant is None else f'{title}@{variant}'


def find_config(name: str) -> Path:
    """Find a config file, a recipe of this project, or one of an installed toolbox.

    Args:
        name: A recipe's name, a path, or ``PACKAGE::PATH`` below the package's own ``configs``.

    Raises:
        MissingFileError: There is no such file; names the closest ones.
    """
    package, separator, inner = name.partition('::')
    if not separator or name.startswith(PREFIX):
        return find_recipe(name)
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingFileError(f"config {name}: the package '{package}' is not installed")
    path = Path(spec.submodule_search_locations[0]) / '.mim' / 'configs' / inner
    for candidate in (path, path.with_name(path.name + '.py')):
        if candidate.is_file():
            return candidate
    close = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob('*.py')], n=1)
    hint = f', did you mean {close[0]}?' if close else ''
    raise MissingFileError(f'config {name} does not exist (looked for {path}){hint}')
