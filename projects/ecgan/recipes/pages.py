"""What is written of the recipes: docs/recipes.md, and the table and metafile of each card."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

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
`ecgan recipes --write`, from the configs and `configs/measured.yaml`. A batch is processes x
layouts at a time. Times and memory are measured where they say so; estimates are the arithmetic of
[train.md](train.md#memory-and-hours). mIoU is by the segmentor of `configs/segmentor`, with that of
the real photos; what else was measured, and how, is in [results.md](results.md).
"""
_COLUMNS = ('recipe', 'model', 'width', 'batch', 'length', 'time', 'memory', 'measured')
_TABLE = re.compile(r'(?:^\| .*\n)(?:^\|.*\n)*', re.MULTILINE)


def pages(root: Path) -> dict[Path, str]:
    """The text of every page.

    Args:
        root: The checkout. What a card says beside its table is kept, and a metafile's head.
    """
    rows = all_rows()
    texts = {root / 'docs' / 'recipes.md': _docs(rows)}
    for folder, collection in CARDS.items():
        on_card = [
            row
            for row in rows
            if row.path.parent.name == folder
            and not any(part in row.name for part in ('@', *TRIALS))
        ]
        card = root / 'configs' / folder / 'README.md'
        table = markdown_table(on_card, ('recipe', 'data', 'time', 'measured'))
        texts[card] = _TABLE.sub(lambda _, table=table: table, card.read_text(encoding='utf-8'), 1)
        metafile = card.with_name('metafile.yml')
        head = metafile.read_text(encoding='utf-8').partition('Models:\n')[0]
        models = {'Models': [_model(row, collection) for row in on_card]}
        texts[metafile] = head + yaml.safe_dump(models, sort_keys=False, width=200)
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
        titles = [row.cells['data'] for row in rows]
        for title in dict.fromkeys(title for title in titles if title.startswith(f'{data} ')):
            some = [row for row in rows if row.cells['data'] == title]
            parts.append(f'## {title[0].upper()}{title[1:]}\n\n{markdown_table(some, _COLUMNS)}')
    return '\n'.join(parts)


def _model(row: Row, collection: str) -> dict[str, Any]:
    """A model of a metafile."""
    results = [
        {
            'Dataset': ', '.join(
                filter(None, [row.cells['data'], result.get('trained'), f'seeds {result["seeds"]}'])
            ),
            'Metrics': {
                'mIoU': float(result['mIoU']),
                **(
                    {'mIoU of the photos': float(photos)}
                    if (photos := result.get('photos'))
                    else {}
                ),
                **{name: float(value) for name, value in result.get('further', {}).items()},
            },
            'Task': 'semantic image synthesis',
        }
        for result in row.facts.get('results', [])
    ]
    return {
        'Config': f'configs/{row.path.parent.name}/{row.path.name}',
        'In Collection': collection,
        'Name': row.name,
        'Results': results or None,
        'Weights': None,
    }
