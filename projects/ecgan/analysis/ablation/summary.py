"""Table and plot of an ablation ladder, from what the runs left in their folders."""

import csv
import io
import json
import statistics
from pathlib import Path

from ...reports import table, write_text

# Shown first, in this order; other metrics of the reports follow by name.
LEADING = ('mIoU', 'aAcc')
SECONDS = 'seconds per iteration'
SEPARATION = 'class separation'

Result = dict[str, float]


def read_result(folder: Path) -> Result | None:
    """Read what a finished run left.

    Args:
        folder: Work dir with ``report.json`` (the metrics of the generated images),
            ``separation.json`` and MMEngine's ``*/vis_data/scalars.json``, each where it exists.

    Returns:
        Metric -> value, None for a run without a report.
    """
    report = folder / 'report.json'
    if not report.is_file():
        return None
    generated = json.loads(report.read_text(encoding='utf-8'))['generated']
    result = {k: v for k, v in generated.items() if isinstance(v, (int, float))}
    separation = folder / 'separation.json'
    if separation.is_file():
        result[SEPARATION] = json.loads(separation.read_text())['separation']
    seconds = _seconds_per_iteration(folder)
    if seconds is not None:
        result[SECONDS] = seconds
    return result


def _seconds_per_iteration(folder: Path) -> float | None:
    """Median of the logged times: the first iterations and pauses do not count."""
    times = []
    for path in sorted(folder.glob('*/vis_data/scalars.json')):
        for line in path.read_text(encoding='utf-8').splitlines():
            entry = json.loads(line)
            if 'time' in entry and 'iter' in entry:
                times.append(entry['time'])
    return statistics.median(times) if times else None


def summarize(results: dict[str, dict[int, Result | None]]) -> dict:
    """Mean and spread of each metric over the seeds of each step.

    Args:
        results: Step -> seed -> metrics, None for runs that are missing.

    Returns:
        ``metrics``: names in the order of the columns; ``steps``: step -> ``runs`` (seed ->
        metrics, of those that finished) and metric -> ``mean``, ``std`` (sample standard
        deviation; None for one seed) and ``values``.
    """
    names = {name for runs in results.values() for run in runs.values() for name in run or ()}
    last = [name for name in (SEPARATION, SECONDS) if name in names]
    first = [name for name in LEADING if name in names]
    metrics = [*first, *sorted(names - set(first) - set(last)), *last]
    steps = {}
    for step, runs in results.items():
        finished = {seed: run for seed, run in runs.items() if run is not None}
        steps[step] = {'runs': finished}
        for name in metrics:
            values = [run[name] for run in finished.values() if name in run]
            steps[step][name] = {
                'mean': statistics.fmean(values) if values else None,
                'std': statistics.stdev(values) if len(values) > 1 else None,
                'values': values,
            }
    return {'metrics': metrics, 'steps': steps}


def _cell(entry: dict) -> str:
    if entry['mean'] is None:
        return '-'
    spread = '' if entry['std'] is None else f' ± {entry["std"]:.3g}'
    return f'{entry["mean"]:.4g}{spread}'


def render_table(summary: dict) -> str:
    """Markdown table: a row a step, mean ± sample standard deviation over the seeds."""
    rows = [
        [step, len(entry['runs']), *(_cell(entry[name]) for name in summary['metrics'])]
        for step, entry in summary['steps'].items()
    ]
    return table(['step', 'seeds', *summary['metrics']], rows)


def _render_csv(summary: dict) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['step', 'seed', *summary['metrics']])
    for step, entry in summary['steps'].items():
        for seed, run in entry['runs'].items():
            writer.writerow([step, seed, *(run.get(name, '') for name in summary['metrics'])])
    return text.getvalue()


def _plot(summary: dict, path: Path) -> None:
    """One panel a metric: every seed as a point, the means joined."""
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    metrics, steps = summary['metrics'], summary['steps']
    columns = min(len(metrics), 4)
    rows = -(-len(metrics) // columns)
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(3.2 * columns, 2.6 * rows), squeeze=False, layout='constrained'
    )
    for axis in axes.flat[len(metrics) :]:
        axis.set_visible(False)
    for axis, name in zip(axes.flat, metrics):
        shown = [(i, e[name]) for i, e in enumerate(steps.values()) if e[name]['values']]
        axis.plot([i for i, _ in shown], [entry['mean'] for _, entry in shown], color='0.6')
        for index, entry in shown:
            axis.plot([index] * len(entry['values']), entry['values'], 'o', ms=4, color='C0')
        axis.set_title(name, fontsize=10)
        axis.set_xticks(range(len(steps)), list(steps), rotation=60, fontsize=8, ha='right')
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def write_summary(summary: dict, folder: Path) -> None:
    """Write ``ablation.json``, ``.csv``, ``.md`` and ``.png``.

    Args:
        summary: As :func:`summarize` makes it.
        folder: Where to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / 'ablation.json', json.dumps(summary, indent=2) + '\n')
    write_text(folder / 'ablation.csv', _render_csv(summary))
    text = (
        f'# Ablation ladder\n\n{render_table(summary)}\n\n'
        'Mean ± sample standard deviation over the seeds. *class separation*: mean cosine '
        'similarity of the features F of two pixels within classes, minus that across classes.\n'
    )
    if any(entry['runs'] for entry in summary['steps'].values()):
        _plot(summary, folder / 'ablation.png')
        text += '\n![plot](ablation.png)\n'
    write_text(folder / 'ablation.md', text)
