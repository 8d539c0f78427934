"""Results of the campaigns on their page: written on demand, otherwise compared."""

import os
import re
from collections.abc import Callable
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / 'docs' / 'robustness.md'
# Set to anything, it has the campaigns write what they found into the page.
WRITE = 'ECGAN_WRITE_RESULTS'


def seed() -> int:
    """Seed of the random campaigns; another one is given by ``ECGAN_CAMPAIGN_SEED``."""
    return int(os.environ.get('ECGAN_CAMPAIGN_SEED', '2026'))


def report(record: Callable, name: str, text: str, page: Path = PAGE) -> None:
    """Tell a result; write it on the page, or see that the page says the same but for numbers.

    Args:
        record: pytest's ``record_property``: all results are shown when every test has run.
        name: The marks are ``<!-- NAME -->`` and ``<!-- end of NAME -->``.
        text: What was found.
        page: The page.
    """
    record('found', text)
    content = page.read_text(encoding='utf-8')
    start, end = f'<!-- {name} -->\n', f'\n<!-- end of {name} -->'
    before, found, rest = content.partition(start)
    said, closed, after = rest.partition(end)
    assert found and closed, f'{page.name} has no marks for {name}'
    if os.environ.get(WRITE):
        page.write_text(before + start + text + end + after, encoding='utf-8')
    else:
        assert _without_numbers(said) == _without_numbers(text)


def report_rows(
    record: Callable, name: str, rows: list[str], page: Path, is_whole: bool = True
) -> None:
    """Tell a result of many rows by its first one; as :func:`report` for a page of its own.

    Args:
        record: pytest's ``record_property``.
        name: Name of the marks.
        rows: What was found, a line each.
        page: The page.
        is_whole: Whether every row could be found on this machine; otherwise nothing is written,
            and the rows but the first have to stand on the page.
    """
    if is_whole:
        report(lambda *_: record('found', rows[0]), name, '\n'.join(rows), page)
        return
    record('found', f'{rows[0]} (not all of it on this machine)')
    said = {_without_numbers(line) for line in page.read_text(encoding='utf-8').splitlines()}
    assert [row for row in rows[1:] if _without_numbers(row) not in said] == []


def _without_numbers(text: str) -> str:
    return re.sub(r'\d+', 'N', text).strip()
