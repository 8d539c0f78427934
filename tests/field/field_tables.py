"""Verdicts as rows of ``docs/label_files.md``."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from form_judge import LEFT_OUT, PART, REFUSED, RIGHT, Verdict

PAGE = Path(__file__).resolve().parents[2] / 'docs' / 'label_files.md'
_ORDER = (RIGHT, PART, LEFT_OUT, REFUSED)


def form_rows(rows: Sequence[dict]) -> list[str]:
    """A line for each tool and what happens: its ways, number of forms, an example of what is said.

    Args:
        rows: Forms with ``verdicts``, one without and one with a list of classes.
    """
    lines = []
    for group in dict.fromkeys(row['group'] for row in rows):
        lines += ['', f'### {group}', '', *_head('what it stores', 'forms')]
        cells: dict[tuple, list[dict]] = defaultdict(list)
        for row in rows:
            if row['group'] == group:
                cells[row['tool'], row['version'], _happens(row['verdicts'])].append(row)
        for (tool, version, happens), some in sorted(cells.items(), key=_by_tool):
            ways = '; '.join(dict.fromkeys(f'{row["how"]}: {row["stores"]}' for row in some))
            said = _example(verdict for row in some for verdict in row['verdicts'])
            lines.append(f'| {tool} {version} | {_cell(ways)} | {len(some)} | {happens}{said} |')
    return lines


def export_rows(rows: Sequence[dict]) -> list[str]:
    """A line for each tool that ran, or for the others together, and what happens."""
    cells: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        tool = row['tool'].partition(':')[0] if row['version'] else 'in their form'
        cells[tool, row['version'], _happens_by_mode(row['verdicts'])].append(row)
    lines = _head('export', 'ways to give them')
    for (tool, version, happens), some in cells.items():
        forms = '; '.join(
            row['tool'].partition(': ')[2] if version else row['tool'] for row in some
        )
        given = sum(len(row['verdicts']) for row in some)
        said = _example(verdict for row in some for verdict in row['verdicts'].values())
        name = f'{tool} {version}'.strip()
        lines.append(f'| {name} | {_cell(forms)} | {given} | {happens}{said} |')
    return lines


def counts(verdicts: Iterable[Verdict]) -> str:
    """How many there are of each outcome."""
    found = Counter(verdict.outcome for verdict in verdicts)
    return ', '.join(f'{found[key]} {key}' for key in [*_ORDER, *sorted(set(found) - {*_ORDER})]
                     if found[key])  # fmt: skip


def _head(what: str, number: str) -> list[str]:
    return [f'| tool | {what} | {number} | what happens |', '|---|---|---|---|']


def _happens_by_mode(verdicts: dict[str, Verdict]) -> str:
    modes = defaultdict(list)
    for mode, verdict in verdicts.items():
        modes[verdict.outcome].append(mode)
    if len(modes) == 1:
        return next(iter(modes))
    return '; '.join(f'{outcome} ({" / ".join(some)})' for outcome, some in modes.items())


def _happens(verdicts: Sequence[Verdict]) -> str:
    without, with_list = (verdict.outcome for verdict in verdicts)
    return without if without == with_list else f'{without}; with a list {with_list}'


def _by_tool(item: tuple) -> tuple:
    (tool, _, happens), _ = item
    return tool, happens != RIGHT, happens


def _example(verdicts: Iterable[Verdict]) -> str:
    said = next((v.said for v in verdicts if v.outcome != RIGHT and v.said), '')
    said = re.sub(r'\S*/(?=[^/\s]*\.\w+)', '', said)
    return f': {_cell(said[:160])}' if said else ''


def _cell(text: str) -> str:
    return text.replace('|', '/').replace('\n', ' ').replace('<', '&lt;').replace('*', '\\*')
