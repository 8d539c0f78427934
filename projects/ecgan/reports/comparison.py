"""Several reports side by side, if they measured the same thing."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import ConfigError
from .files import flatten, read_report, table

# What is measured, and where: these may differ between comparable results. Files count by their
# hashes, not by their places.
SUBJECT = ('checkpoint', 'checkpoint_sha256', 'config')
PLACES = ('checkpoint', 'config', 'weights', 'device', 'processes')


def _measured(report: dict) -> dict[str, object]:
    return {
        key: value
        for key, value in flatten(report['protocol']).items()
        if key not in SUBJECT
        and not key.startswith('packages.')
        and key.rpartition('.')[2] not in PLACES
    }


def protocol_differences(reports: dict[str, dict]) -> dict[str, list]:
    """Find what differs between the protocols of reports by name.

    Returns:
        Protocol entry -> its value in each report (None where it is absent), for those entries
        that are not the same in all. Checkpoint and config under test, file places, device,
        number of processes and package versions may differ.
    """
    blocks = [_measured(report) for report in reports.values()]
    keys = dict.fromkeys(key for block in blocks for key in block)
    rows = {key: [block.get(key) for block in blocks] for key in keys}
    return {key: values for key, values in rows.items() if any(v != values[0] for v in values)}


def _short(value: object) -> str:
    text = ', '.join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f'{text[:37]}...'


def describe_differences(differences: dict[str, list]) -> str:
    """One line: ``num_images (500 / 2000); segmentor.input_policy (native / upscale)``."""
    return '; '.join(
        f'{key} ({" / ".join(_short(value) for value in values)})'
        for key, values in differences.items()
    )


def _rows(reports: dict[str, dict], section: str) -> list[list]:
    blocks = [report.get(section, {}) for report in reports.values()]
    names = dict.fromkeys(
        name
        for block in blocks
        for name, value in block.items()
        if not isinstance(value, dict) and name != 'seed'
    )
    return [[f'{section} {name}', *(block.get(name) for block in blocks)] for name in names]


def _remarks(reports: dict[str, dict]) -> list[str]:
    """What the reports say of their numbers, as a list of Markdown; what all say is said once."""
    sayers: dict[str, list[str]] = {}
    for name, report in reports.items():
        for sentence in report.get('remarks', ()):
            sayers.setdefault(sentence, []).append(name)
    lines = [
        f'- {sentence}' if len(names) == len(reports) else f'- {", ".join(names)}: {sentence}'
        for sentence, names in sayers.items()
    ]
    return ['\n'.join(lines)] if lines else []


def read_named_reports(paths: Sequence[Path]) -> dict[str, dict]:
    """Read reports, named by their folders, or by their paths where folders share a name.

    Args:
        paths: ``report.json`` files, or their folders.

    Returns:
        Name -> report.
    """
    whole = [path.resolve() for path in paths]
    names = [path.parent.name if path.name == 'report.json' else path.stem for path in whole]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    return {name: read_report(path) for name, path in zip(names, whole)}


def compare_reports(
    reports: dict[str, dict],
    allow_different_protocols: bool = False,
    sections: Sequence[str] = ('generated', 'coarse', 'real', 'untrained'),
) -> str:
    """Put reports side by side.

    Args:
        reports: Name -> report.
        allow_different_protocols: Whether to compare what was measured in different ways; the
            table then begins by saying so, with a row for each difference.
        sections: Which sections, in this order.

    Returns:
        A Markdown table, one column a report, and below it the remarks of each.

    Raises:
        ConfigError: The protocols differ, and that is not allowed.
    """
    differences, rows = protocol_differences(reports), []
    if differences and not allow_different_protocols:
        raise ConfigError(
            f'different protocols: {describe_differences(differences)}. '
            'Use --allow-different-protocols to see them side by side.'
        )
    if differences:
        rows.append(['**different protocols: not comparable**', *([''] * len(reports))])
        rows += [[f'**{key}**', *map(_short, values)] for key, values in differences.items()]
    rows.append(['images', *(each['protocol'].get('num_images') for each in reports.values())])
    for section in sections:
        rows += _rows(reports, section)
    digests = [report['protocol'].get('checkpoint_sha256') for report in reports.values()]
    rows.append(['checkpoint sha256', *(digest and digest[:12] for digest in digests)])
    parts = [table(['metric', *reports], rows), *_remarks(reports)]
    return '\n\n'.join(parts)
