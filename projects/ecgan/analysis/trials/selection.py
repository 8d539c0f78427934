"""Which recipes to run, and what to call them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ...errors import ConfigError


def find_recipes(places: Sequence[Path], only: Sequence[str] | None = None) -> dict[str, Path]:
    """Configs by short name.

    That is model and setting, ``ecgan_b5-similarity``; where it is not unique, the file's whole
    name.

    Args:
        places: Configs, and folders of configs.
        only: Parts of the names that are wanted, such as ``b5``; None for all.

    Raises:
        ConfigError: A place or a wanted name does not exist.
    """
    paths = []
    for place in places:
        found = sorted(place.glob('*.py')) if place.is_dir() else [place]
        if not found or not found[0].is_file():
            raise ConfigError(f'no configs in {place}' if place.is_dir() else f'no config {place}')
        paths += [path for path in found if path not in paths]
    short = {path: '_'.join(path.stem.split('_')[:2]) for path in paths}
    count = Counter(short.values())
    names = {name if count[name] == 1 else path.stem: path for path, name in short.items()}
    for part in only or ():
        if not any(part in name for name in names):
            raise ConfigError(f'no recipe {part!r} among {", ".join(names)}')
    return {k: v for k, v in names.items() if only is None or any(part in k for part in only)}
