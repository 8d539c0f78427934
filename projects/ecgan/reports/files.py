"""Reports on disk: JSON for programs, Markdown and a grid of samples for readers."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from ..compat.atomic_checkpoints import write_atomically
from ..errors import DataError, MissingFileError

COLUMNS = ('generated', 'coarse', 'real', 'untrained')


def plain(value: object) -> object:
    """Numbers as JSON has them: NaN and infinities, which it does not have, are null."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if hasattr(value, 'item'):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write_text(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old content or the new, never a part."""
    write_atomically(text.encode(), path)


def show(value: object) -> str:
    """Show a value in a table: numbers with four digits, nothing as a dash."""
    if value is None:
        return '-'
    if isinstance(value, float):
        return f'{value:.4f}'
    return str(value)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [list(header), ['---'] * len(header)]
    lines += [[show(cell).replace('|', r'\|') for cell in row] for row in rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def flatten(block: dict, prefix: str = '') -> dict[str, object]:
    """Nested dict -> one level with dotted keys; lists stay whole."""
    flat: dict[str, object] = {}
    for key, value in block.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f'{prefix}{key}.'))
        else:
            flat[f'{prefix}{key}'] = value
    return flat


def metric_table(report: dict) -> str:
    """Metrics of a report, a column for each kind of image, below the number of images."""
    columns = [name for name in COLUMNS if name in report]
    names = dict.fromkeys(
        name
        for column in columns
        for name, value in report[column].items()
        if not isinstance(value, dict) and name != 'seed'
    )
    rows = [[name, *(report[column].get(name) for column in columns)] for name in names]
    count = report.get('protocol', {}).get('num_images')
    if count is not None:
        rows.insert(0, ['images', *([count] * len(columns))])
    return table(['metric', *columns], rows)


def _class_tables(report: dict) -> str:
    columns = [name for name in COLUMNS if name in report]
    names = dict.fromkeys(
        name for column in columns for name in report[column] if name.endswith('per_class')
    )
    parts = []
    for name in names:
        shown = [column for column in columns if name in report[column]]
        rows = [
            [label, *(report[column][name][label]['IoU'] for column in shown)]
            for label in report[shown[0]][name]
        ]
        parts.append(f'## IoU per class\n\n{table(["class", *shown], rows)}\n')
    return '\n'.join(parts)


def _protocol_table(protocol: dict) -> str:
    rows = [
        [key, ', '.join(map(str, value)) if isinstance(value, list) else value]
        for key, value in flatten(protocol).items()
    ]
    return table(['protocol', 'value'], rows)


def render_report(report: dict) -> str:
    """A report of :func:`~projects.ecgan.evaluation.evaluate_and_report` as Markdown.

    It links ``samples.png`` beside it.
    """
    seconds = [f'- {key}: {value}' for key, value in report.items() if key.endswith('seconds')]
    parts = [
        '# Evaluation',
        f'**{report["note"]}**' if report.get('note') else '',
        metric_table(report),
        'mIoU, mAcc and aAcc are in 0..1, measured by the segmentor below. *real* is the upper '
        'bound: the photos through the same pipeline.'
        + (' *untrained* is a fresh model.' if 'untrained' in report else '')
        + ' A dash: not measured, or no finite number, which a remark explains.',
        '\n'.join(f'- {sentence}' for sentence in report.get('remarks', ())),
        '\n'.join(seconds),
        '![samples](samples.png)',
        '## Protocol',
        _protocol_table(report.get('protocol', {})),
        _class_tables(report),
    ]
    return '\n\n'.join(part for part in parts if part).rstrip() + '\n'


def _write(report: dict, folder: Path) -> None:
    report = plain(report)
    text = json.dumps(report, indent=2, allow_nan=False)
    write_text(folder / 'report.json', f'{text}\n')
    write_text(folder / 'report.md', render_report(report))


def write_report(
    report: dict,
    folder: Path,
    samples: Sequence = (),
    palette: Sequence[Sequence[int]] | None = None,
) -> None:
    """Write ``report.json``, ``report.md`` and, where there are samples, ``samples.png``.

    The folder is made if need be; without a palette colours are generated.
    """
    from ..datasets.palettes import generated_palette
    from ..visualization import tile_samples, write_image

    folder.mkdir(parents=True, exist_ok=True)
    if samples:
        # 255 colours: one for every label that a uint8 map can hold beside unknown.
        grid = tile_samples(samples, palette or generated_palette(255))
        write_image(folder / 'samples.png', grid)
    _write(report, folder)


def read_report(path: str | Path) -> dict:
    """Read ``report.json`` (or the one in a folder).

    Raises:
        DataError: If the file is not a report.
        MissingFileError: If there is none.
    """
    path = Path(path)
    path = path / 'report.json' if path.is_dir() else path
    if not path.is_file():
        raise MissingFileError(f'No report at {path}.')
    try:
        report = json.loads(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise DataError(f'{path} is not a report: {error}.') from error
    if not isinstance(report, dict) or 'protocol' not in report:
        raise DataError(f"{path} is not a report: it has no 'protocol'.")
    return report


def update_report(path: str | Path, **fields: object) -> dict:
    """Add top-level entries, such as ``train_seconds``, to a report on disk.

    Args:
        path: ``report.json``, or its folder.
        **fields: Entries to set.

    Returns:
        The new report.
    """
    path = Path(path)
    report = {**read_report(path), **fields}
    _write(report, path if path.is_dir() else path.parent)
    return report
