"""One row for each recipe and variant: what it trains on what, what it takes, what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from .names import configs_folder, look_for_config, recipe_files, split_variant
from .values import Entries, recipe_values, variants_of

DATA = {
    'scenes': 'drawn scenes',
    'camvid': 'CamVid',
    'cityscapes': 'Cityscapes',
    'ade20k': 'ADE20K',
    'coco-stuff': 'COCO-Stuff',
    'coco-stuff-sample': 'a few of COCO-Stuff',
}
MODELS = {
    'ecgan': 'ECGAN',
    'ecgan-plus': 'ECGAN-plus',
    'pix2pix': 'Pix2Pix',
    'spade': 'SPADE',
}
# A UNet is called by its size, e.g. unet-s5-c16.
SEGMENTORS = {'erfnet': 'ERFNet', 'fast-scnn': 'Fast-SCNN'}
_SEEDS = {'1': 'one seed', '2': 'two seeds', '3': 'three seeds'}


@dataclass(frozen=True)
class Row:
    """A recipe or a variant.

    Attributes:
        name: ``RECIPE`` or ``RECIPE@VARIANT``.
        path: The recipe's file.
        facts: What was measured: ``time``, ``memory``, ``results``, each perhaps absent. Of results
            the first is the best founded one.
    """

    name: str
    path: Path
    facts: dict[str, Any]

    @cached_property
    def values(self) -> Entries:
        """What it resolves to."""
        return recipe_values(self.name)

    @cached_property
    def cells(self) -> dict[str, str]:
        """What a table says of it, by heading; '' where nothing is known."""
        last = self.path.stem.split('_')[-1]
        data, _, size = last.rpartition('-')
        network = self.values.model.get('generator') or self.values.model.backbone
        network = network.get('network', network)
        train = self.values.train_cfg
        epochs, iterations = train.get('max_epochs'), train.get('max_iters')
        results = self.facts.get('results')
        return {
            'recipe': self.name,
            'model': _model(self.path.stem),
            'data': f'{DATA[data]} {size.replace("x", " x ")}',
            'width': str(network.get('base_channels', '-')),
            'batch': _batch(self.values),
            'length': f'{epochs} epochs' if epochs else f'{iterations} iterations',
            'time': self.facts.get('time', ''),
            'memory': self.facts.get('memory', ''),
            'measured': result_text(results[0], ('KID', 'segmentor-FID')) if results else '',
        }

    @property
    def change(self) -> str:
        """What a variant changes, in words; '' of a recipe."""
        variant = self.name.partition('@')[2]
        return variants_of(self.path)[variant].get('what', '') if variant else ''

    @property
    def summary(self) -> list[str]:
        """All of it in lines: what it is, what it takes, what was measured."""
        cells = self.cells
        what = '{model}, {data}, width {width}, batch {batch}, {length}'.format(**cells)
        what += f'; {self.change}' * bool(self.change)
        takes = '; '.join(filter(None, (cells['time'], cells['memory'])))
        return [line for line in (what, takes, cells['measured']) if line]


def _model(stem: str) -> str:
    """What a recipe trains; of segmentors what for."""
    model, kind, *_ = stem.split('_')
    if model in MODELS:
        return MODELS[model]
    name = SEGMENTORS.get(model, 'UNet')
    return f'{name}, on made pictures' if kind == 'made' else f'{name}, a judge'


def _batch(values: Entries) -> str:
    """Layouts of an update: processes x layouts at a time, and batches accumulated."""
    batch = values.train_dataloader.batch_size
    wrappers = [part for part in values.optim_wrapper.values() if isinstance(part, dict)]
    steps = max(part.get('accumulative_counts', 1) for part in wrappers)
    samples = values.get('auto_scale_lr', {}).get('base_batch_size', batch)
    processes = samples // (batch * steps)
    text = f'{processes} x {batch}' if processes > 1 else str(batch)
    return f'{text}, {steps} accumulated' if steps > 1 else text


def result_text(result: dict[str, Any], wanted: Sequence[str] | None = None) -> str:
    """A result in words.

    Args:
        result: The result.
        wanted: Which of its further metrics are told; None for all.
    """
    spread = f' ± {result["spread"]}' if 'spread' in result else ''
    photos = f' (photos: {result["photos"]})' if 'photos' in result else ''
    further = (
        f'{name} {value}'
        for name, value in result.get('further', {}).items()
        if wanted is None or name in wanted
    )
    how = (_SEEDS[result['seeds']], *filter(None, [result.get('trained')]))
    numbers = ', '.join((f'mIoU {result["mIoU"]}{spread}{photos}', *further))
    return f'{numbers}; {", ".join(how)}'


def measurements() -> dict[str, dict[str, Any]]:
    """What was measured, by recipe; all numbers are text, as they were written down."""
    text = (configs_folder() / 'measured.yaml').read_text(encoding='utf-8')
    return yaml.load(text, yaml.BaseLoader)


def all_rows() -> list[Row]:
    """Every recipe in the order of their files, each followed by its variants."""
    facts = measurements()
    return [
        Row(name, path, facts.get(name, {}))
        for path in recipe_files()
        for name in [path.stem, *(f'{path.stem}@{variant}' for variant in variants_of(path))]
    ]


def find_row(name: str) -> Row | None:
    """The row of one recipe; None where no recipe is called so.

    Args:
        name: As for :func:`~projects.ecgan.recipes.values.recipe_values`.

    Raises:
        ConfigError: The recipe has no such variant.
    """
    recipe, variant = split_variant(name)
    path = look_for_config(recipe)
    if path is None or path.resolve() not in recipe_files():
        return None
    title = path.stem if variant is None else f'{path.stem}@{variant}'
    row = Row(title, path.resolve(), measurements().get(title, {}))
    return row if row.values else None


def matching(rows: Sequence[Row], words: Sequence[str]) -> list[Row]:
    """The rows that hold all of the words, in the name or in what is said of them."""
    return [
        row
        for row in rows
        if all(word.lower() in ' '.join((row.name, *row.summary)).lower() for word in words)
    ]


def markdown_table(rows: Sequence[Row], headings: Sequence[str]) -> str:
    """A table of some columns."""
    lines = [headings, ['---'] * len(headings)]
    for row in rows:
        cells = {**row.cells, 'recipe': f'`{row.name}`'}
        lines.append([cells[heading] or '-' for heading in headings])
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)
