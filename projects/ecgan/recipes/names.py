"""Recipes by name: where they are, and which file a name means.

A recipe is named by its file's name alone, by ``ecgan::PATH`` below ``configs``, or by its path;
``NAME@VARIANT`` is the recipe with the changes that its ``variants`` call so.
"""

import difflib
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import ConfigError, MissingFileError

PREFIX = 'ecgan::'


@cache
def configs_folder() -> Path:
    """The configs: those of the checkout, or those that were installed with the package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / 'configs'
    return checkout if (checkout / 'ecgan').is_dir() else package / '.mim' / 'configs'


def recipe_files() -> list[Path]:
    """Every recipe's file; the parts that they are made of, in ``_base_``, are none."""
    return [path for path in sorted(configs_folder().rglob('*.py')) if '_base_' not in path.parts]


def split_variant(name: str | Path) -> tuple[str, str | None]:
    """Name and variant of ``NAME@VARIANT``; None where no variant is named."""
    text = str(name)
    head, separator, variant = text.rpartition('@')
    named = separator and '/' not in variant and not Path(text).exists()
    return (head, variant) if named else (text, None)


def look_for_config(name: str) -> Path | None:
    """The file that a name without a variant means; None where there is none.

    Args:
        name: Path; path below ``configs``, with or without ``ecgan::`` or ``configs/``; or the name
            of a recipe. ``.py`` may be left out.
    """
    inner = name.removeprefix(PREFIX)
    places = [configs_folder() / inner.removeprefix('configs/')]
    if inner == name:
        places.insert(0, Path(name).expanduser())
    for place in places:
        for path in (place, Path(f'{place}.py')):
            if path.is_file():
                return path
    if '/' not in inner:
        return next((p for p in recipe_files() if inner in (p.name, p.stem)), None)
    return None


def find_recipe(name: str) -> Path:
    """The file that a name without a variant means, see :func:`look_for_config`.

    Raises:
        MissingFileError: There is none; names the closest ones.
    """
    path = look_for_config(name)
    if path is not None:
        return path
    folder, wanted = Path(name).parent, Path(name).stem.removeprefix(PREFIX)
    names = {path.stem for path in [*recipe_files(), *folder.glob('*.py')]}
    close = difflib.get_close_matches(wanted, sorted(names), n=3, cutoff=0.5)
    hint = f', did you mean {" or ".join(close)}?' if close else '; ecgan recipes lists them'
    raise MissingFileError(f'config {name} does not exist{hint}')


def changes_of(variants: dict[str, Any] | None, variant: str, recipe: str) -> dict[str, Any]:
    """What a variant changes; its `what`, which says so in words, is not in it.

    Args:
        variants: The recipe's.
        variant: The wanted one.
        recipe: Name of the recipe, for the error.

    Raises:
        ConfigError: The recipe has no such variant; names those that it has.
    """
    known = variants or {}
    if variant not in known:
        raise ConfigError(
            f"config {recipe} has no variant '{variant}', "
            + (f'it has {", ".join(known)}' if known else 'it has none')
        )
    return {key: value for key, value in known[variant].items() if key != 'what'}
