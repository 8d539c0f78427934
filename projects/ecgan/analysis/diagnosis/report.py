"""What was measured as JSON, tables and a plot."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...reports import plain, table, write_text
from .gradients import ALL
from .plot import plot

_INTRODUCTION = (
    'Means over {batches} training batches ({layouts} layouts), seed {seed}; nothing was updated. '
    '*by F* and *by weights*: norms of the gradient of a term by the output F of the trunk, and by '
    'its weights; *cosine with all*: between the gradients of a term and of the sum of all. '
    'Losses are weighted as in the training.'
)
_EDGES = (
    'Edges are what is above the threshold halfway; *within a pixel* an edge counts that has one '
    'of the other kind as a neighbour, across corners, too.'
)
_JUDGEMENTS = (
    '*margin lacking*: mean of max(0, 1 - score) on photos, of max(0, 1 + score) on what is '
    'generated; *accuracy*: share of positions on the right side. Means over positions, then '
    'scales.'
)


def _short(value: float | None) -> str:
    return '-' if value is None else f'{value:.3g}'


def _gradient_tables(gradients: Mapping[str, Mapping]) -> list[str]:
    loss, features, weights = (gradients[name] for name in ('loss', 'features', 'weights'))
    matrices = {'F': gradients['cosines'], 'the weights': gradients['cosines_by_weights']}
    rows = [
        [
            name,
            *map(_short, (loss[name], features[name], weights[name])),
            *(_short(cosines[name][ALL]) for cosines in matrices.values()),
        ]
        for name in loss
    ]
    header = ['term', 'loss', 'by F', 'by weights', 'cosine with all, by F', '... by weights']
    parts = [table(header, rows)]
    for by, cosines in matrices.items():
        cells = [[name, *map(_short, row.values())] for name, row in cosines.items()]
        parts += [f'Cosines between the gradients by {by}:', table(['', *cosines], cells)]
    return parts


def _gate_table(gates: Mapping[str, Mapping]) -> list[str]:
    columns = ('mean', 'closed', 'open', 'saturated', 'opening')
    rows = [[place, *(_short(each[name]) for name in columns)] for place, each in gates.items()]
    header = ['gate', 'mean', 'below 0.05', 'above 0.95', 'saturated', 'learned opening']
    return [table(header, rows)] if rows else []


def _edge_table(edges: Mapping | None) -> list[str]:
    if edges is None:
        return ['No edges are generated, or there are none of the photo to compare with.']
    rows = [
        [name, *map(_short, each.values())]
        for name, each in edges.items()
        if name not in ('generated', 'photo')
    ]
    shares = f'{edges["generated"]:.1%} of the pixels, in the photos {edges["photo"]:.1%}'
    return [
        table(['generated edges', 'precision', 'recall', 'F1'], rows),
        f'{_EDGES} Generated edges are {shares}.',
    ]


def _judgement_table(judged: Mapping[str, Mapping]) -> list[str]:
    rows = [[name, *map(_short, each.values())] for name, each in judged.items()]
    return [table(['discriminator', 'score', 'margin lacking', 'accuracy'], rows), _JUDGEMENTS]


def render(measured: Sequence[Mapping], seed: int) -> str:
    """Markdown: the tables of each snapshot.

    Args:
        measured: What :func:`diagnose_runs` gave.
        seed: The seed of the batches.
    """
    first = measured[0]
    parts = [
        '# Diagnosis',
        _INTRODUCTION.format(batches=first['num_batches'], layouts=first['num_layouts'], seed=seed),
    ]
    if len({each['batches'] for each in measured}) > 1:
        parts.append(
            '**The runs were not measured on the same batches**, as their recipes differ in data, '
            'size or batch: compare within a run only.'
        )
    parts.append('![plot](diagnosis.png)')
    for each in measured:
        parts += [
            f'## {each["run"]}, iteration {each["iteration"]}',
            f'`{each["checkpoint"]}`',
            *_gradient_tables(each['gradients']),
            *_gate_table(each['gates']),
            *_edge_table(each['edges']),
            *_judgement_table(each['discriminator']),
        ]
    return '\n\n'.join(parts) + '\n'


def write_diagnosis(measured: Sequence[Mapping], seed: int, out: Path) -> None:
    """Write ``diagnosis.json``, ``diagnosis.md`` and ``diagnosis.png``.

    Args:
        measured: What :func:`diagnose_runs` gave, at least one.
        seed: The seed of the batches.
        out: Folder, made where it is not there.
    """
    out.mkdir(parents=True, exist_ok=True)
    content = plain(dict(seed=seed, snapshots=list(measured)))
    write_text(out / 'diagnosis.json', json.dumps(content, indent=2) + '\n')
    plot(measured, out / 'diagnosis.png')
    write_text(out / 'diagnosis.md', render(measured, seed))
