"""Lists of names beside the pictures, ``train.txt`` and the like, and the splits that they make."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from ...datasets.file_walk import walk
from ...errors import DataError
from .layouts import SPLIT_NAMES, words_of
from .name_ends import stem_of

_SUFFIXES = ('.txt', '.lst')
# Lists of longer names first: 'trainval' stands in where there is no 'train'.
_TITLES = {
    **{name: split for split, names in SPLIT_NAMES.items() for name in names if len(name) > 2},
    'trainval': 'trainval',
}


def find_lists(root: Path) -> dict[str, Path]:
    """Files that list the names of splits, below a folder.

    ``ImageSets/Segmentation`` (VOC) comes before other folders, then the nearest file.

    Returns:
        'train', 'val' or 'test' -> file.
    """
    found: dict[str, list[Path]] = {}
    for path in walk(root):
        title = words_of(path.stem)
        title = title.removesuffix(' list').removesuffix(' files').removesuffix(' ids')
        if path.suffix.lower() in _SUFFIXES and title in _TITLES:
            found.setdefault(_TITLES[title], []).append(path)

    def order(path: Path) -> tuple:
        return 'segmentation' not in str(path.parent).lower(), len(path.parts), path

    lists = {split: min(paths, key=order) for split, paths in found.items()}
    both = lists.pop('trainval', None)
    if both and 'train' not in lists:
        lists['train'] = both
    return lists


def read_splits(
    lists: Mapping[str, Path], names: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], list[str]]:
    """Splits of samples by lists.

    A line is a name, a path with or without suffix, or several paths of one sample of which the
    first is the photo's (CamVid): what counts are its last folders and its name.

    Args:
        lists: See :func:`find_lists`.
        names: Sample -> what a list may call it: paths with slashes, without suffixes.

    Returns:
        Sample -> split, for those that a list has; and notes.

    Raises:
        DataError: A list is no text.
    """
    if 'train' not in lists or len(lists) < 2:
        alone = ', '.join(path.name for path in lists.values())
        return {}, [f'{alone} is not used: a list for training and one to hold out make a split'
                    ] * bool(lists)  # fmt: skip
    by_tail = _by_tail(names)
    splits: dict[str, str] = {}
    notes = []
    for split, path in lists.items():
        lines = _lines(path)
        hits = [name for line in lines if (name := _find(line, by_tail))]
        if 2 * len(hits) < len(lines):
            notes.append(
                f'{path.name}: {len(lines) - len(hits)} of its {len(lines)} lines name no pair, '
                f'such as {lines[0]!r}'
            )
        twice = [name for name in hits if splits.get(name, split) != split]
        if twice:
            notes.append(f'{path.name}: {len(twice)} names are in another list, too: {twice[0]}')
        splits |= {name: split for name in hits if name not in splits}
    if not {'train'} < {*splits.values()}:
        return {}, [*notes, 'lists of names are not used: they leave no pair to train or hold out']
    rest = len(names) - len(splits)
    shown = ', '.join(f'{path.name}' for path in lists.values())
    return splits, [*notes, f'splits: by {shown}' + f'; {rest} pairs are in none' * bool(rest)]


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding='utf-8-sig')
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f'cannot read the list of names {path}: it is no text') from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _by_tail(names: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
    """Each sample by the last folders of its names; None where several end so."""
    found: dict[str, str | None] = {}
    for sample, paths in names.items():
        for tail in {tail for path in paths for tail in _tails(path)}:
            found[tail] = None if tail in found else sample
    return found


def _tails(name: str) -> list[str]:
    parts = PurePosixPath(name.replace('\\', '/')).parts
    return ['/'.join(parts[place:]) for place in range(len(parts))]


def _find(line: str, by_tail: dict[str, str | None]) -> str | None:
    """The photo that a line names: the whole line, or the first word of it."""
    for text in dict.fromkeys((line, line.split()[0].strip('",;'), line.split(',')[0].strip('"'))):
        for tail in [*_tails(text), *_tails(stem_of(text))]:
            if by_tail.get(tail):
                return by_tail[tail]
    return None
