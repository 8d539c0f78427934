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
    """A line for each tool and what happens to its exports, in each way they can be given."""
    cells: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        tool = row['tool'].partition(':')[0]
        happens = '; '.join(
            f'{outcome}: {", ".join(modes)}' if len(found) > 1 else outcome
            for found in [_modes(row['verdicts'])]
            for outcome, modes in found.items()
        )
        cells[tool, row['version'], happens].append(row)
    lines = _head('export', 'ways to give them')
    for (tool, version, happens), some in cells.items():
        forms = '; '.join(row['tool'].partition(': ')[2] or row['tool'] for row in some)
        given = sum(len(row['verdicts']) for row in some)
        said = _example(verdict for row in some for verdict in row['verdicts'].values())
        lines.append(
            f'| {f"{tool} {version}".strip()} | {_cell(forms)} | {given} | {happens}{said} |'
        )
    return lines


def counts(verdicts: Iterable[Verdict]) -> str:
    """How many there are of each outcome."""
    found = Counter(verdict.outcome for verdict in verdicts)
    return ', '.join(f'{found[key]} {key}' for key in [*_ORDER, *sorted(set(found) - {*_ORDER})]
                     if found[key])  # fmt: skip


def _head(what: str, number: str) -> list[str]:
    return [f'| tool | {what} | {number} | what happens |', '|---|---|---|---|']


def _modes(verdicts: dict[str, Verdict]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for mode, verdict in verdicts.items():
        found[verdict.outcome].append(mode)
    return found


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
