"""Table and plot of a comparison of recipes, from what the runs left in their folders."""

import csv
import io
import json
import statistics
from pathlib import Path

from ...reports import table, write_text
from .tool_processes import logged_times

# Where a run's metrics are: of generated images in a report, of a segmentor by themselves.
REPORT, METRICS = 'report.json', 'metrics.json'
# Shown first, in this order; other metrics of the reports follow by name.
LEADING = ('mIoU', 'aAcc')
SECONDS = 'seconds per iteration'
SEPARATION = 'class separation'
# What a metric of the generated images lies between, with the ends of its column's name.
BOUNDS = {'real': ' of the photos', 'untrained': ' untrained'}
BOUNDED = ('mIoU', '-KID')

Result = dict[str, float]


def read_result(folder: Path) -> Result | None:
    """Read what a finished run left.

    Args:
        folder: Work dir with ``report.json`` (the metrics of the generated images) or
            ``metrics.json`` (those of a segmentor), ``separation.json`` and MMEngine's
            ``*/vis_data/scalars.json``, each where it exists. Beside it ``timing.json`` of the
            recipe, where it was timed by itself.

    Returns:
        Metric -> value, None for a run without either. With them those of the photos and of the
        untrained model, as ``mIoU of the photos`` and ``efficientnet-lite0-KID untrained``.
    """
    report, metrics = folder / REPORT, folder / METRICS
    if report.is_file():
        sections = json.loads(report.read_text(encoding='utf-8'))
    elif metrics.is_file():
        sections = {'generated': json.loads(metrics.read_text(encoding='utf-8'))}
    else:
        return None
    result = {k: v for k, v in sections['generated'].items() if isinstance(v, (int, float))}
    for section, words in BOUNDS.items():
        for name, value in sections.get(section, {}).items():
            if name.endswith(BOUNDED) and isinstance(value, (int, float)):
                result[name + words] = value
    separation = folder / 'separation.json'
    if separation.is_file():
        result[SEPARATION] = json.loads(separation.read_text())['separation']
    timing, times = folder.parent / 'timing.json', logged_times(folder)
    if timing.is_file():
        # Timed alone; the training itself may have had company.
        result[SECONDS] = json.loads(timing.read_text())['seconds_per_iteration']
    elif times:
        # The median: the first iterations and pauses do not count.
        result[SECONDS] = statistics.median(times)
    return result


def summarize(results: dict[str, dict[int, Result | None]]) -> dict:
    """Mean and spread of each metric over the seeds of each recipe.

    Args:
        results: Recipe -> seed -> metrics, None for runs that are missing.

    Returns:
        ``metrics``: names in the order of the columns; ``recipes``: recipe -> ``runs`` (seed ->
        metrics, of those that finished) and metric -> ``mean``, ``std`` (sample standard
        deviation; None for one seed) and ``values``.
    """
    names = {name for runs in results.values() for run in runs.values() for name in run or ()}
    bounds = sorted(name for name in names if name.endswith(tuple(BOUNDS.values())))
    last = bounds + [name for name in (SEPARATION, SECONDS) if name in names]
    first = [name for name in LEADING if name in names]
    metrics = [*first, *sorted(names - set(first) - set(last)), *last]
    recipes = {}
    for recipe, runs in results.items():
        finished = {seed: run for seed, run in runs.items() if run is not None}
        recipes[recipe] = {'runs': finished}
        for name in metrics:
            values = [run[name] for run in finished.values() if name in run]
            recipes[recipe][name] = {
                'mean': statistics.fmean(values) if values else None,
                'std': statistics.stdev(values) if len(values) > 1 else None,
                'values': values,
            }
    return {'metrics': metrics, 'recipes': recipes}


def _cell(entry: dict, least: int) -> str:
    if entry['mean'] is None:
        return '-'
    spread = '' if entry['std'] is None else f' ± {entry["std"]:.3g}'
    fewer = f' ({len(entry["values"])} of {least})' if len(entry['values']) < least else ''
    return f'{entry["mean"]:.4g}{spread}{fewer}'


def render_table(summary: dict) -> str:
    """Markdown table: a row a recipe, mean ± sample standard deviation over the seeds.

    A result that not every seed has (an infinite PSNR, an IoU of nothing) says how many have it.
    """
    rows = []
    for number, (recipe, entry) in enumerate(summary['recipes'].items(), 1):
        runs = len(entry['runs'])
        # What is no result of a run is measured for some only.
        least = {name: 0 if name in (SEPARATION, SECONDS) else runs for name in summary['metrics']}
        rows.append([number, recipe, runs, *(_cell(entry[name], n) for name, n in least.items())])
    return table(['', 'recipe', 'seeds', *summary['metrics']], rows)


def _render_csv(summary: dict) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['recipe', 'seed', *summary['metrics']])
    for recipe, entry in summary['recipes'].items():
        for seed, run in entry['runs'].items():
            writer.writerow([recipe, seed, *(run.get(name, '') for name in summary['metrics'])])
    return text.getvalue()


def _plot(summary: dict, path: Path) -> None:
    """One panel a metric: every seed as a point, the means joined."""
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    metrics, recipes = summary['metrics'], summary['recipes']
    columns = min(len(metrics), 4)
    rows = -(-len(metrics) // columns)
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(3.2 * columns, 2.6 * rows), squeeze=False, layout='constrained'
    )
    for axis in axes.flat[len(metrics) :]:
        axis.set_visible(False)
    for axis, name in zip(axes.flat, metrics):
        shown = [(i, e[name]) for i, e in enumerate(recipes.values()) if e[name]['values']]
        axis.plot([i for i, _ in shown], [entry['mean'] for _, entry in shown], color='0.6')
        for index, entry in shown:
            axis.plot([index] * len(entry['values']), entry['values'], 'o', ms=4, color='C0')
        axis.set_title(name, fontsize=10)
        axis.set_xticks(range(len(recipes)), list(recipes), rotation=60, fontsize=8, ha='right')
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def write_summary(summary: dict, folder: Path) -> None:
    """Write ``results.json``, ``.csv``, ``.md`` and ``.png`` of what :func:`summarize` made."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / 'results.json', json.dumps(summary, indent=2) + '\n')
    write_text(folder / 'results.csv', _render_csv(summary))
    text = (
        f'# Results\n\n{render_table(summary)}\n\n'
        'Mean ± sample standard deviation over the seeds. *class separation*: mean cosine '
        'similarity of the features F of two pixels within classes, minus that across classes.\n'
    )
    if any(entry['runs'] for entry in summary['recipes'].values()):
        _plot(summary, folder / 'results.png')
        text += '\n![plot](results.png)\n'
    write_text(folder / 'results.md', text)
