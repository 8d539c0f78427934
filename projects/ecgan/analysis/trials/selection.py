"""Which recipes to run, and what to call them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ...engine.configuration import config_title, find_config, variant_names
from ...errors import ConfigError
from ...recipes.names import split_variant


def find_recipes(places: Sequence[str | Path], only: Sequence[str] | None = None) -> dict[str, str]:
    """Configs by short name.

    That is model and setting, and the variant, ``ecgan_base16@b5``; where it is not unique, the
    file's whole name.

    Args:
        places: Configs, by name or path, perhaps with a variant, or ``@all`` for all variants; and
            folders of configs.
        only: Parts of the names that are wanted, such as ``b5``; None for all.

    Raises:
        ConfigError: A folder is empty, or there is no wanted name.
        MissingFileError: A config does not exist.
    """
    configs = list(dict.fromkeys(config for place in places for config in _configs_of(place)))
    titles = {config: config_title(config) for config in configs}
    short = {config: _short(title) for config, title in titles.items()}
    count = Counter(short.values())
    names = {name if count[name] == 1 else titles[config]: config for config, name in short.items()}
    for part in only or ():
        if not any(part in name for name in names):
            raise ConfigError(f'no recipe {part!r} among {", ".join(names)}')
    return {k: v for k, v in names.items() if only is None or any(part in k for part in only)}


def _configs_of(place: str | Path) -> list[str]:
    """What a place holds: absolute paths, with the variants."""
    if Path(place).is_dir():
        found = [str(path.resolve()) for path in sorted(Path(place).glob('*.py'))]
        if not found:
            raise ConfigError(f'no configs in {place}')
        return found
    recipe, variant = split_variant(place)
    path = find_config(recipe).resolve()
    variants = variant_names(path) if variant == 'all' else [variant]
    return [str(path) if name is None else f'{path}@{name}' for name in variants]


def _short(title: str) -> str:
    name, separator, variant = title.partition('@')
    return '_'.join(name.split('_')[:2]) + separator + variant
