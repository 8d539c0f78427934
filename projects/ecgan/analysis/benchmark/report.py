"""A benchmark's numbers as text."""


def format_report(report: dict) -> str:
    """Tabulate what :func:`measure` returned, in several lines."""
    modes = [name for name, value in report.items() if _is_mode(value)]
    protocol = report['protocol']
    lines = [
        f'{report["what"]}, {report["layout"]}: {protocol["layouts"]}',
        f'batch {protocol["batch"]}, base width {protocol["base_channels"]}, '
        f'{protocol["device"]}, {protocol["threads"]} threads, '
        f'plain {protocol["precision_plain"]}, fast {protocol["precision_fast"]}',
        '',
        _row('', modes),
    ]
    for key, scale, unit in (
        ('seconds', 1, 's'),
        ('images_per_second', 1, ''),
        ('peak_bytes', 1e-9, 'GB'),
        ('peak_above_baseline_bytes', 1e-9, 'GB'),
    ):
        lines.append(_row(key, [f'{report[mode][key] * scale:.4g} {unit}' for mode in modes]))
    phases = dict.fromkeys(phase for mode in modes for phase in report[mode]['phases'])
    lines += [
        _row(f'  {phase}', [_seconds(report[mode]['phases'].get(phase)) for mode in modes])
        for phase in phases
    ]
    lines += [_row(f'  {name}', [_seconds(t)]) for name, t in report.get('losses', {}).items()]
    lines += [
        _row(key, [f'{report[key]:.3f}'])
        for key in ('ratio', 'peak_ratio', 'peak_above_baseline_ratio')
        if key in report
    ]
    return '\n'.join(lines)


# Lines of a table of operations.
MOST_ROWS = 20


def format_count(report: dict) -> str:
    """Tabulate what :func:`count_update` returned, in several lines."""
    lines = [f'an update of {report["recipe"]}']
    lines += [
        _row(key, [f'{value:.4g}' if isinstance(value, float) else str(value)])
        for key, value in report.items()
        if isinstance(value, int | float)
    ]
    for key, what in (('by_name', 'operation'), ('by_place', 'where it comes from')):
        rows = list(report[key].items())
        lines += ['', f'{"number":>8}  {what}']
        lines += [f'{number:>8}  {name}' for name, number in rows[:MOST_ROWS]]
        if rows[MOST_ROWS:]:
            rest = sum(number for _, number in rows[MOST_ROWS:])
            lines.append(f'{rest:>8}  {len(rows) - MOST_ROWS} others')
    return '\n'.join(lines)


def _is_mode(value: object) -> bool:
    return isinstance(value, dict) and 'all_seconds' in value


def _seconds(value: float | None) -> str:
    return '-' if value is None else f'{value:.4g} s'


def _row(name: str, cells: list[str]) -> str:
    return f'{name:<28}' + ''.join(f'{cell:>16}' for cell in cells)
