"""The tables of classes that lie in a data set's folder."""

import re
from collections.abc import Iterator
from pathlib import Path

from ...errors import UserError
from .reading import read_classes

# The best first: what tools write, with ids or colours, before names alone.
_NAMES = (
    r'labelmap\.txt',
    r'label_?colou?rs?\.(txt|csv)',
    r'_classes\.csv',
    r'class_dict.*\.csv',
    r'(.*[-_])?(class|label|categor|colou?r)[a-z]*[-_ ]?(map|table|list|dict|codes?|names?|ids?)?'
    r'\.(csv|tsv|json|ya?ml)',
    r'data(set)?\.ya?ml',
    r'(meta|dataset_meta|metadata|metainfo|ontology|legend|taxonomy|palette)\.(csv|json|ya?ml|txt)',
    r'objectInfo150\.(csv|txt)',
    r'config(_v\d\.\d)?\.json',
    r'(annotation_definitions|obj_class_to_machine_color|id2label|label2id|mask_targets)\.json',
    r'(.*[-_])?(class|label|categor)[a-z]*[-_ ]?(map|list|names?|ids?)?\.(txt|names|lst|pbtxt|xml)',
    r'(names|codes|legend|obj)\.(txt|names|csv)',
    r'.*\.(names|clr|gpl|ctbl|qml)',
)
# Lists of samples, and what is too large to be a table.
_OF_SAMPLES = re.compile(r'train|val|test|split|image|photo|file|readme|licen[cs]e', re.IGNORECASE)
_MOST_BYTES = 4_000_000
_MOST_BARE_NAMES = 400
# A path; a sentence.
_NO_CLASS = re.compile(r'.*[/\\].*|(\S+\s+){6,}.*|.*[a-z]\.')


def find_class_tables(folder: Path) -> list[Path]:
    """Find the tables of classes in a folder, not in those below it.

    Args:
        folder: The folder of a data set.

    Returns:
        Files that :func:`~.reading.read_classes` reads, the best first: those that tools write with
        ids and colours before lists of names. Lists of samples are not among them.
    """
    return [path for _, _, path in sorted(_ranked(folder))]


def _ranked(folder: Path) -> Iterator[tuple[int, str, Path]]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        rank = _rank(path.name)
        if rank is None or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            continue
        if _is_table(path):
            yield rank, path.name.lower(), path


def _rank(name: str) -> int | None:
    if name.startswith('.') or _OF_SAMPLES.search(name):
        return None
    matching = (
        index for index, form in enumerate(_NAMES) if re.fullmatch(form, name, re.IGNORECASE)
    )
    return next(matching, None)


def _is_table(path: Path) -> bool:
    try:
        table = read_classes(path)
    except (UserError, OSError):
        return False
    is_bare = table.numbered_by_line and not any(row.colour for row in table)
    odd = sum(bool(_NO_CLASS.fullmatch(row.name)) for row in table)
    return not (is_bare and (len(table) > _MOST_BARE_NAMES or 2 * odd >= len(table)))
