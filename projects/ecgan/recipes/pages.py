"""What is written of the recipes: docs/recipes.md, and the table and metafile of each card."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .table import DATA, Row, all_rows, markdown_table

# Folders of recipes that have a card, and what their collection is called.
CARDS = {'ecgan': 'ECGAN', 'pix2pix': 'Pix2Pix', 'spade': 'SPADE'}
# Recipes that only show that everything runs.
TRIALS = ('smoke', 'coco-stuff-sample')
_HEAD = """\
# Recipes

Which recipe to take: `ecgan recipes [WORD ...]` lists them as here, `ecgan recipes NAME` shows the
values that make one (rates, schedule, losses, augmentation, data), `ecgan train NAME` trains it.

`NAME@VARIANT` is a recipe with some changes, which its file says. The page is written by
`ecgan recipes --write`, from the configs and `configs/measured.yaml`. A batch is processes x layouts
at a time. Times and memory are measured where they say so; estimates are the arithmetic of
[train.md](train.md#memory-and-hours). mIoU is by the segmentor of `configs/segmentor`, with that of
the real photos; what else was measured, and how, is in [results.md](results.md) and
[results_scenes.md](results_scenes.md).
"""
_COLUMNS = ('recipe', 'model', 'width', 'batch', 'length', 'time', 'memory', 'measured')
_CARD = re.compile(r'(?:^\| .*\n)(?:^\|.*\n)*', re.MULTILINE)


def pages(root: Path) -> dict[Path, str]:
    """The text of every page.

    Args:
        root: The checkout. What a card says beside its table is kept.
    """
    rows = all_rows()
    texts = {root / 'docs' / 'recipes.md': _docs(rows)}
    for folder in CARDS:
        on_card = [
            row
            for row in rows
            if row.path.parent.name == folder
            and '@' not in row.name
            and not any(trial in row.name for trial in TRIALS)
        ]
        card = root / 'configs' / folder / 'README.md'
        table = markdown_table(on_card, ('recipe', 'data', 'time', 'measured'))
        texts[card] = _CARD.sub(lambda _, table=table: table, card.read_text(encoding='utf-8'), 1)
        metafile = card.with_name('metafile.yml')
        head = metafile.read_text(encoding='utf-8').partition('Models:\n')[0]
        texts[metafile] = f'{head}Models:\n' + ''.join(map(_entry, on_card))
    return texts


def write_pages(root: Path) -> list[Path]:
    """Write :func:`pages`; returns the files."""
    texts = pages(root)
    for path, text in texts.items():
        path.write_text(text, encoding='utf-8')
    return [*texts]


def _docs(rows: Sequence[Row]) -> str:
    parts = [_HEAD]
    for data in DATA.values():
        sizes = dict.fromkeys(row.size for row in rows if row.data == data)
        for size in sizes:
            some = [row for row in rows if (row.data, row.size) == (data, size)]
            title = f'{data[0].upper()}{data[1:]}, {size}'
            parts.append(f'## {title}\n\n{markdown_table(some, _COLUMNS)}')
    return '\n'.join(parts)


def _entry(row: Row) -> str:
    """A model of a metafile."""
    return (
        f'- Config: configs/{row.path.parent.name}/{row.path.name}\n'
        f'  In Collection: {CARDS[row.path.parent.name]}\n'
        f'  Name: {row.name}\n'
        f'  Results:{_results(row)}'
        '  Weights: null\n'
    )


def _results(row: Row) -> str:
    if not row.results:
        return ' null\n'
    texts = ['\n']
    for result in row.results:
        metrics: dict[str, Any] = {'mIoU': result['mIoU']}
        if 'photos' in result:
            metrics['mIoU of the photos'] = result['photos']
        metrics.update(result.get('further', {}))
        how = ', '.join(filter(None, [f'{row.data} {row.size}', result.get('trained')]))
        texts += [
            f'  - Dataset: {how}, seeds {result["seeds"]}\n',
            '    Metrics:\n',
            *(f'      {name}: {value}\n' for name, value in metrics.items()),
            '    Task: semantic image synthesis\n',
        ]
    return ''.join(texts)
