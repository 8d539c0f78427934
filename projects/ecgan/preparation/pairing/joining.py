"""Files of one branch joined to pairs by their names, once the ends are known."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from ..findings import Finding
from .folders import Branch
from .name_ends import LABEL_SUFFIXES, stem_of
from .pairs import Pair, title_of

# Side by side and named alike, the file that comes first here is the photo.
_PHOTO_FIRST = ('.jpg', '.jpeg', '.webp', '.png', '.bmp', '.tif', '.tiff')


def join_files(
    branch: Branch,
    files: Mapping[str, Sequence[str]],
    ends: Mapping[str, str],
    others: Sequence[str],
    names: set[str],
) -> tuple[list[Pair], list[Finding], list[str]]:
    """Pairs of a branch, what keeps other files from being in one, and notes.

    Args:
        branch: The folders.
        files: Paths of each kind below its folder.
        ends: What names of each kind end with before the suffix.
        others: Other ends that maps have, of which nothing is to be said.
        names: Names of the photos.
    """
    everything = sorted({*files['photo'], *files['label']})
    named, findings = {}, []
    for kind in ends:
        paths = everything if branch.is_mixed else files.get(kind, files['label'])
        foreign = () if kind == 'photo' and not branch.is_mixed else others
        named[kind], rest = _named(paths, kind, ends, foreign, names, branch.is_mixed)
        if kind in ('photo', 'label') and not branch.is_mixed:
            where = 'photo alone' if kind == 'photo' else 'map alone'
            findings += [
                Finding(where, title_of(branch, stem_of(path)), f'{path} does not end with {end!r}')
                for path, end in ((path, ends[kind]) for path in rest)
            ]
    notes = _take_one_suffix(named['label'])
    pairs, wrong = _join(branch, named)
    return pairs, wrong + findings, notes


def _take_one_suffix(labels: dict[str, list[str]]) -> list[str]:
    """Where most label maps are there in several formats, keep the one that loses least."""
    several = [paths for paths in labels.values() if len(paths) > 1]
    if 2 * len(several) <= len(labels):
        return []
    counts = Counter(_suffix(path) for paths in several for path in paths)
    taken = min(counts, key=lambda suffix: (-counts[suffix], LABEL_SUFFIXES.index(suffix)))
    for name, paths in labels.items():
        own = [path for path in paths if _suffix(path) == taken]
        if len(own) == 1:
            labels[name] = own
    others = ', '.join(sorted(counts.keys() - {taken}))
    return [f'label maps: {taken} ({counts[taken]}); {others} of the same names are left out']


def _suffix(path: str) -> str:
    return path[len(stem_of(path)) :].lower()


def _named(
    paths: Sequence[str],
    kind: str,
    ends: Mapping[str, str],
    others: Sequence[str],
    names: set[str],
    is_mixed: bool,
) -> tuple[dict[str, list[str]], list[str]]:
    """Files of a kind by name, and those that have another end."""
    named, rest = defaultdict(list), []
    # What lies in one folder: the longest end says what a file is.
    known = {
        *others,
        *(end for each, end in ends.items() if is_mixed or 'photo' not in (kind, each)),
    }
    rivals = [end for end in known if len(end) > len(ends[kind])]
    foreign = [end for end in known if end != ends[kind]]
    for path in paths:
        stem = stem_of(path)
        is_other = any(stem.endswith(end) and stem[: -len(end)] in names for end in rivals)
        if stem.endswith(ends[kind]) and not is_other:
            named[stem[: len(stem) - len(ends[kind])]].append(path)
        elif not any(end and stem.endswith(end) and stem[: -len(end)] in names for end in foreign):
            rest.append(path)
    if is_mixed and ends['photo'] == ends['label'] and kind in ('photo', 'label'):
        for name, files in named.items():
            first = min(map(_rank, files))
            # A file that stands alone is a photo where photos alone end so.
            has_photo = len(files) > 1 or first == _rank('.jpg')
            named[name] = [
                p for p in files if (has_photo and _rank(p) == first) is (kind == 'photo')
            ]
    return {name: files for name, files in named.items() if files}, rest


def _rank(path: str) -> int:
    suffix = PurePosixPath(f'_{path}').suffix.lower()
    place = _PHOTO_FIRST.index(suffix) if suffix in _PHOTO_FIRST else len(_PHOTO_FIRST)
    return max(place, 1)  # .jpg and .jpeg are alike


def _join(
    branch: Branch, named: Mapping[str, Mapping[str, list[str]]]
) -> tuple[list[Pair], list[Finding]]:
    """Pairs that have one file of each kind, and what keeps others from being one."""
    photos, labels = named['photo'], named['label']
    pairs, findings = [], []
    lower = {name.lower(): name for name in labels.keys() - photos.keys()}
    for name in sorted(photos.keys() | labels.keys()):
        title = title_of(branch, name)
        if name not in labels:
            other = lower.get(name.lower())
            hint = f'; {labels[other][0]} differs in upper and lower case' if other else ''
            findings.append(Finding('photo alone', title, f'{photos[name][0]}{hint}'))
        elif name not in photos:
            findings.append(Finding('map alone', title, labels[name][0]))
        elif len(photos[name]) > 1:
            findings.append(Finding('two photos', title, ', '.join(photos[name])))
        elif len(labels[name]) > 1:
            findings.append(Finding('two maps', title, ', '.join(labels[name])))
        else:
            missing = [kind for kind in named if name not in named[kind]]
            findings += [Finding('other map', title, f'no {kind} map') for kind in missing]
            files = {
                kind: branch.folders.get(kind, branch.folders['label']) / found[name][0]
                for kind, found in named.items()
                if kind not in missing
            }
            pairs.append(Pair(branch, name, files))
    return pairs, findings
