"""What made pictures are worth: segmentors trained on them beside those trained on photos.

GAN-train (arXiv 1807.09499): the mIoU on photos of a segmentor trained on made pictures, as a share
of that of one trained as long on photos. Variants of one recipe compare; recipes are architectures
of segmentors, and their mean is what speaks.
"""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...reports import table, write_text

#: The variant that all others are compared with.
PHOTOS = 'photos'
FILE = 'usefulness.md'
_IOU = 'IoU.'
_HEAD = """\
# What made pictures are worth

mIoU on photos that no segmentor was trained on. *Of the photos*: GAN-train, the share of what
photos alone give. *Points above*: mIoU in hundredths, minus that of photos alone with the same
seeds. Mean ± sample standard deviation.
"""
# Seed -> metrics, of a recipe's variant; and variant -> runs, of a recipe.
Runs = dict[int, dict[str, float]]
Arms = dict[str, Runs]


def write_usefulness(summary: dict[str, Any], folder: Path) -> None:
    """Write ``usefulness.md`` where a recipe has a variant ``photos`` that was measured.

    Args:
        summary: Of :func:`~projects.ecgan.analysis.trials.summary.summarize`.
        folder: Where to.
    """
    text = render_usefulness(summary)
    if text:
        write_text(folder / FILE, text)


def render_usefulness(summary: dict[str, Any]) -> str:
    """Tables of every recipe, of their mean, and of each class.

    Args:
        summary: Of :func:`~projects.ecgan.analysis.trials.summary.summarize`.

    Returns:
        Markdown; '' where nothing compares with photos alone.
    """
    recipes = _arms_by_recipe(summary['recipes'])
    if not recipes:
        return ''
    columns = ['mIoU', 'of the photos', 'points above']
    rows = [
        [recipe, _title(variant), len(runs), *_cells([arms], variant)]
        for recipe, arms in recipes.items()
        for variant, runs in arms.items()
    ]
    parts = [_HEAD, table(['recipe', 'trained on', 'seeds', *columns], rows)]
    common = _common(recipes.values())
    if len(recipes) > 1:
        rows = [[_title(each), *_cells([*recipes.values()], each)] for each in common]
        parts.append(table(['mean of the recipes, trained on', *columns], rows))
    names = [key for key in summary['metrics'] if key.startswith(_IOU)]
    rows = [
        [_title(each), *(_cell(_values([*recipes.values()], each, key), '.3f') for key in names)]
        for each in common
    ]
    if names:
        heads = ['IoU, trained on', *(key.removeprefix(_IOU) for key in names)]
        parts.append(table(heads, rows))
    return '\n\n'.join(part.strip() for part in parts) + '\n'


def _arms_by_recipe(entries: dict[str, Any]) -> dict[str, Arms]:
    """Recipes of which photos alone were measured, photos first; only seeds that photos have."""
    found: dict[str, Arms] = {}
    for name, entry in entries.items():
        recipe, _, variant = name.partition('@')
        photos = entries.get(f'{recipe}@{PHOTOS}', {'runs': {}})['runs']
        runs = {seed: run for seed, run in entry['runs'].items() if seed in photos}
        if runs:
            found.setdefault(recipe, {})[variant] = runs
    return {recipe: {PHOTOS: arms[PHOTOS], **arms} for recipe, arms in found.items()}


def _common(recipes: Iterable[Arms]) -> list[str]:
    """The variants that all recipes have."""
    first, *others = recipes
    return [variant for variant in first if all(variant in arms for arms in others)]


def _title(variant: str) -> str:
    return variant.replace('_', ' ') or 'photos and made'


def _values(
    recipes: Sequence[Arms], variant: str, key: str, minus: str | None = None
) -> list[float]:
    """A metric by seed, the mean of the recipes that have this seed; perhaps minus a variant's."""
    by_seed: dict[int, list[float]] = {}
    for arms in recipes:
        for seed, run in arms[variant].items():
            if key in run:
                other = arms[minus][seed].get(key, 0.0) if minus is not None else 0.0
                by_seed.setdefault(seed, []).append(run[key] - other)
    return [statistics.fmean(values) for _, values in sorted(by_seed.items())]


def _cells(recipes: Sequence[Arms], variant: str) -> list[str]:
    values = _values(recipes, variant, 'mIoU')
    points = [100 * value for value in _values(recipes, variant, 'mIoU', PHOTOS)]
    photos = statistics.fmean(values) - statistics.fmean(points) / 100
    share = f'{statistics.fmean(values) / photos:.2f}' if photos > 0 else '-'
    return [_cell(values, '.3f'), share, '' if variant == PHOTOS else _cell(points, '+.1f')]


def _cell(values: Sequence[float], how: str) -> str:
    if not values:
        return '-'
    mean = format(statistics.fmean(values), how)
    spread = '' if len(values) < 2 else format(statistics.stdev(values), how.lstrip('+'))
    return f'{mean} ± {spread}' if spread else mean
