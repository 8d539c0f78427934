"""The values that make a recipe, on one screen."""

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from .names import changes_of
from .table import Row, result_text
from .values import Entries, variants_of

_WIDTH, _INDENT = 100, 16
# What is told with a model's losses beside them.
_OF_LOSSES = ('discriminator_regularizers', 'loss_config')
_WEIGHTS = (
    'label_loss_weight',
    'final_weight',
    'edge_weight',
    'judged_every',
    'perceived_every',
)


def details(row: Row) -> str:
    """What a recipe is made of: rates, schedule, losses, networks, augmentation, data, judges.

    Args:
        row: The recipe or variant.
    """
    lines = [row.name, f'  {row.path}', *(f'  {line}' for line in _heading(row))]
    for title, entries in _sections(row):
        for text in entries:
            indent = ' ' * _INDENT
            lines += textwrap.wrap(
                text,
                _WIDTH,
                initial_indent=f'  {title:{_INDENT - 2}}',
                subsequent_indent=indent + '  ',
                break_long_words=False,
                break_on_hyphens=False,
            )
            title = ''
    return '\n'.join([*lines, '', f'  ecgan train {row.name}'])


def _heading(row: Row) -> list[str]:
    """The comment with which the file begins."""
    lines = row.path.read_text(encoding='utf-8').splitlines()
    count = next((i for i, line in enumerate(lines) if not line.startswith('#')), len(lines))
    return [line.removeprefix('# ') for line in lines[:count]]


def _sections(row: Row) -> Iterator[tuple[str, list[str]]]:
    values, model, cells = row.values, row.values.model, row.cells
    yield 'data', [cells['data'], *_layout(model.data_preprocessor)]
    data = values.train_dataloader.dataset
    pipelines = (each.pipeline for each in data.get('datasets', [data]))
    yield 'augmentation', [*dict.fromkeys(map(_text, pipelines))]
    yield 'batch', [cells['batch']]
    yield 'rates', [*_rates(values.optim_wrapper)]
    yield 'schedule', [cells['length'], *map(_text, _listed(values.get('param_scheduler')))]
    parts = {key: value for key, value in model.items() if isinstance(value, dict | list) and value}
    losses = {key: parts[key] for key in parts if key.endswith('_loss') or key in _OF_LOSSES}
    losses.update({key: model[key] for key in model if key in _WEIGHTS})
    average = parts.pop('ema_config', None)
    networks = {k: v for k, v in parts.items() if k not in losses and 'type' in v}
    del networks['data_preprocessor']
    yield from (
        (name, [f'{key}: {_text(part)}' for key, part in group.items()])
        for name, group in (('losses', losses), ('networks', networks))
    )
    yield 'average', [_text(average)] if average else []
    evaluator = values.test_evaluator
    yield 'judged by', [*map(_judge, _listed(evaluator.get('metrics', evaluator)))]
    yield from ((title, [cells[title]]) for title in ('time', 'memory') if cells[title])
    yield 'measured', [*map(result_text, row.facts.get('results', []))] or ['not measured']
    variants, variant = variants_of(row.path), row.name.partition('@')[2]
    if variant:
        changes = changes_of(variants, variant, row.path.stem).items()
        yield 'changes', [row.change, *(f'{key}: {_text(value)}' for key, value in changes)]
    elif variants:
        told = {name: each.get('what', '') for name, each in variants.items()}
        yield 'variants', [f'@{name}  {what}'.rstrip() for name, what in told.items()]


def _layout(layout: Entries) -> list[str]:
    if 'num_classes' not in layout:
        return []
    further = [key[5:] for key in ('with_unknown', 'with_boundary') if layout[key]]
    return [' + '.join([f'{layout["num_classes"]} classes', *further])]


def _rates(wrapper: Entries) -> Iterator[str]:
    parts = {'': wrapper} if 'optimizer' in wrapper else wrapper
    for name, part in parts.items():
        if isinstance(part, dict):
            optimizer = dict(part['optimizer'])
            rate = _number(optimizer.pop('lr'))
            kind = part.get('type')
            yield ', '.join(filter(None, [f'{name} {rate}'.strip(), _text(optimizer), kind]))


def _judge(metric: Entries) -> str:
    """A metric; of a segmentor's files the config's name alone."""
    files = r'config=(?:\S*/)?([^/,)]+?)(?:\.py)?(?:, checkpoint=[^,)]*)?(?=[,)])'
    return re.sub(files, r'\1', _text(metric))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _number(value: float) -> str:
    """A rate as it is written in a recipe: 2e-3."""
    digits, _, power = f'{value:e}'.partition('e')
    return f'{digits.rstrip("0").rstrip(".")}e{int(power)}'


def _text(value: Any) -> str:
    """A part of a config as a call, ``Type(key=value)``."""
    if isinstance(value, dict):
        inner = ', '.join(f'{k}={_text(v)}' for k, v in value.items() if k != 'type')
        return f'{value["type"]}({inner})'.replace('()', '') if 'type' in value else f'({inner})'
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        return ', '.join(map(_text, value))
    return str(value)
