"""The plot of a diagnosis: a row a run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .gradients import ALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot(measured: Sequence[Mapping], path: Path) -> None:
    """Draw, for each run, cosines and norms at its last checkpoint, scores and gates over all.

    The latter two where there are several checkpoints.

    Args:
        measured: What :func:`diagnose_runs` gave.
        path: PNG to write.
    """
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    runs: dict[str, list[Mapping]] = {}
    for each in measured:
        runs.setdefault(each['run'], []).append(each)
    several = any(len(snapshots) > 1 for snapshots in runs.values())
    columns = 5 if several else 3
    figure, axes = pyplot.subplots(
        len(runs),
        columns,
        figsize=(5.4 * columns, 4.6 * len(runs)),
        squeeze=False,
        layout='constrained',
    )
    for row, (run, snapshots) in zip(axes, runs.items()):
        snapshots = sorted(snapshots, key=lambda each: each['iteration'])
        last = snapshots[-1]
        for axis, key, by in zip(row, ('cosines', 'cosines_by_weights'), ('F', 'weights')):
            _draw_cosines(axis, last['gradients'][key])
            axis.set_title(f'{run}, iteration {last["iteration"]}: cosines by {by}', fontsize=9)
        _draw_norms(row[2], last['gradients'])
        if len(snapshots) > 1:
            _draw_scores(row[3], snapshots)
            _draw_gates(row[4], snapshots)
        for axis in row[3:]:
            axis.set_visible(axis.has_data())
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def _draw_cosines(axis: 'Axes', cosines: Mapping[str, Mapping[str, float | None]]) -> None:
    names = list(cosines)
    values = [[cosines[a][b] for b in names] for a in names]
    shown = [[float('nan') if each is None else each for each in row] for row in values]
    axis.imshow(shown, vmin=-1, vmax=1, cmap='RdBu')
    for y, row in enumerate(values):
        for x, value in enumerate(row):
            if value is not None:
                # White on the dark ends of the colours.
                colour = 'white' if abs(value) > 0.6 else 'black'
                axis.text(x, y, f'{value:.2f}', ha='center', va='center', fontsize=5, color=colour)
    axis.set_xticks(range(len(names)), names, rotation=60, ha='right', fontsize=7)
    axis.set_yticks(range(len(names)), names, fontsize=7)


def _draw_norms(axis: 'Axes', gradients: Mapping[str, Mapping[str, float]]) -> None:
    names = list(gradients['features'])
    for offset, (key, label) in enumerate((('features', 'by F'), ('weights', 'by weights'))):
        places = [place + 0.4 * (offset - 0.5) for place in range(len(names))]
        axis.barh(places, [gradients[key][name] for name in names], height=0.4, label=label)
    if any(value > 0 for key in ('features', 'weights') for value in gradients[key].values()):
        axis.set_xscale('log')
    axis.set_yticks(range(len(names)), names, fontsize=7)
    axis.invert_yaxis()
    axis.axhline(names.index(ALL) - 0.5, color='0.7', lw=0.8)
    axis.set_title('norms of the gradients', fontsize=9)
    axis.legend(fontsize=7)


def _draw_scores(axis: 'Axes', snapshots: Sequence[Mapping]) -> None:
    for name in snapshots[-1]['discriminator']:
        values = [each['discriminator'].get(name, {}).get('score') for each in snapshots]
        _line(axis, snapshots, values, name)
    axis.axhline(0, color='0.7', lw=0.8)
    axis.set_title('mean scores of the discriminator', fontsize=9)
    axis.legend(fontsize=7)


def _draw_gates(axis: 'Axes', snapshots: Sequence[Mapping]) -> None:
    for index, place in enumerate(snapshots[-1]['gates']):
        gates = [each['gates'].get(place, {}) for each in snapshots]
        _line(axis, snapshots, [gate.get('mean') for gate in gates], place, color=f'C{index}')
        saturated = [gate.get('saturated') for gate in gates]
        _line(axis, snapshots, saturated, None, color=f'C{index}', linestyle=':')
    if axis.has_data():
        axis.set_ylim(0, 1)
        axis.set_title('gate: mean, and share saturated (dotted)', fontsize=9)
        axis.legend(fontsize=7)


def _line(
    axis: 'Axes',
    snapshots: Sequence[Mapping],
    values: Sequence[float | None],
    label: str | None,
    **style: str,
) -> None:
    shown = [(each['iteration'], v) for each, v in zip(snapshots, values) if v is not None]
    if shown:
        axis.plot(*zip(*shown), marker='o', ms=3, label=label, **style)
