"""Which label map belongs to which photo: the rule is found, not given."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..datasets.label_files import MAP_SUFFIXES
from ..datasets.layout_dataset import PHOTO_SUFFIXES
from ..errors import DataError
from .findings import Finding
from .folders import Branch, list_files, split_of

# What names end with before the suffix; of ends that fit equally well the first is taken.
_ENDS = {
    'photo': ('', '_leftImg8bit', '_photo', '_image', '_img', '_rgb'),
    'label': (
        '', '_labelIds', '_gtFine_labelIds', '_L', '_label', '_labels', '_mask', '_masks', '_ids',
        '_seg', '_gt', '_labelTrainIds', '_gtFine_labelTrainIds', '_color', '_colour',
        '_gtFine_color',
    ),
    'instance': ('', '_instanceIds', '_gtFine_instanceIds', '_inst', '_instance', '_instances'),
    'edge': ('', '_edge', '_edges'),
}  # fmt: skip
_OTHER_ENDS = tuple({end for ends in _ENDS.values() for end in ends if end})
# JPEG label maps are found, too, to be refused.
_MAPS = (*MAP_SUFFIXES, '.jpg', '.jpeg')
# Side by side and named alike, the file that comes first here is the photo.
_PHOTO_FIRST = ('.jpg', '.jpeg', '.webp', '.png', '.bmp', '.tif', '.tiff', '.npy')
_TRIED = 200


@dataclass(frozen=True)
class Pair:
    """The files of one sample.

    Attributes:
        branch: Where they lie.
        name: Path below the folder without end and suffix, as the data set calls it.
        files: File of each kind that there is.
    """

    branch: Branch
    name: str
    files: dict[str, Path]

    @property
    def split(self) -> str:
        """'train', 'val', 'test', or '' where folders do not say."""
        return split_of(self.branch, self.name)

    @property
    def title(self) -> str:
        """What findings call it."""
        return title_of(self.branch, self.name)


@dataclass(frozen=True)
class Pairing:
    """All samples of a data set.

    Attributes:
        pairs: The samples.
        ends: What names of each kind end with before the suffix.
        findings: Files without a counterpart or with several.
    """

    pairs: list[Pair]
    ends: dict[str, str]
    findings: list[Finding]

    @property
    def rule(self) -> str:
        """How the files pair, in words."""
        if not any(self.ends.values()):
            return 'files of the same name'
        return 'files of the same name, then ' + ', '.join(
            f'{end!r} ({kind})' for kind, end in self.ends.items() if end
        )


def title_of(branch: Branch, name: str) -> str:
    """What findings call a sample: with the split where that is a matter of folders."""
    return f'{branch.split}/{name}' if branch.split else name


def pair_files(branches: Sequence[Branch]) -> Pairing:
    """Find the rule by which files pair, and the pairs.

    Raises:
        DataError: No photo has a label map.
    """
    listings = [_list(branch) for branch in branches]
    largest = max(range(len(branches)), key=lambda index: len(listings[index]['photo']))
    ends = _find_ends(listings[largest], branches[largest].is_mixed)
    pairs, findings = [], []
    for branch, files in zip(branches, listings):
        everything = sorted({*files['photo'], *files['label']})
        named = {
            kind: _named(
                everything if branch.is_mixed else files.get(kind, files['label']),
                kind,
                ends,
                branch.is_mixed,
            )
            for kind in ends
        }
        found, wrong = _join(branch, named)
        pairs += found
        findings += wrong + _leftover(branch, files, named, ends)
    if not pairs:
        shown = [next(iter(listings[largest][kind]), 'none') for kind in ('photo', 'label')]
        raise DataError(
            f'no photo has a label map in {branches[0].folders["photo"]} and '
            f'{branches[0].folders["label"]}: the first photo is {shown[0]}, the first map '
            f'{shown[1]}; pairs have the same name, or one with an end such as _L or _labelIds; '
            'folders whose names say nothing are given one by one: photos, label maps'
        )
    return Pairing(pairs, ends, findings)


def _list(branch: Branch) -> dict[str, list[str]]:
    return {
        kind: list(list_files(folder, PHOTO_SUFFIXES if kind == 'photo' else _MAPS))
        for kind, folder in branch.folders.items()
    }


def _stem(path: str) -> str:
    return path[: len(path) - len(PurePosixPath(path).suffix)]


def _bases(stems: Iterable[str], end: str) -> set[str]:
    """Names of the stems that have this end."""
    return {stem[: len(stem) - len(end)] for stem in stems if stem.endswith(end)}


def _find_ends(files: dict[str, list[str]], is_mixed: bool) -> dict[str, str]:
    """The ends that make most pairs; of instance and edge maps where half of the pairs have any."""
    stems = {kind: sorted({_stem(path) for path in paths}) for kind, paths in files.items()}
    best, ends = -1, {}
    for photo_end in _ENDS['photo']:
        names = _bases(stems['photo'], photo_end)
        for label_end in (*_ENDS['label'], *_derived(sorted(names), stems['label'])):
            count = len(names & _bases(stems['label'], label_end))
            if is_mixed and label_end == photo_end:
                several = Counter(_stem(path) for path in {*files['photo'], *files['label']})
                count = sum(several[name + photo_end] > 1 for name in names)
            if count > best:
                best, ends = count, dict(photo=photo_end, label=label_end)
    names = _bases(stems['photo'], ends['photo']) & _bases(stems['label'], ends['label'])
    for kind in ('instance', 'edge'):
        own = kind in stems
        candidates = [end for end in _ENDS[kind] if own or end]
        counts = {
            end: len(names & _bases(stems[kind if own else 'label'], end)) for end in candidates
        }
        end = max(candidates, key=lambda each: counts[each])
        if 2 * counts[end] > len(names):
            ends[kind] = end
    return ends


def _derived(names: Sequence[str], stems: Sequence[str]) -> list[str]:
    """What label maps' names have behind the names of photos, the most frequent first."""
    found = Counter()
    for name in names[:_TRIED]:
        place = bisect_left(stems, name)
        for stem in stems[place : place + len(_OTHER_ENDS)]:
            end = stem.removeprefix(name)
            # 'img1' does not belong to 'img10'.
            if stem.startswith(name) and end[:1] in ('_', '-', '.', ' '):
                found[end] += 1
    return [end for end, _ in found.most_common(5) if end.strip()]


def _named(
    paths: Sequence[str], kind: str, ends: dict[str, str], is_mixed: bool
) -> dict[str, list[str]]:
    """Files of a kind by name."""
    named = defaultdict(list)
    # What lies in one folder: the longest end says what a file is.
    rivals = [end for other, end in ends.items() if other != kind and len(end) > len(ends[kind])]
    rivals = rivals if is_mixed or kind != 'photo' else []
    for path in paths:
        stem = _stem(path)
        if stem.endswith(ends[kind]) and not any(stem.endswith(rival) for rival in rivals):
            named[stem[: len(stem) - len(ends[kind])]].append(path)
    if is_mixed and ends['photo'] == ends['label'] and kind in ('photo', 'label'):
        for name, files in named.items():
            first = min(map(_rank, files))
            # A file that stands alone is a photo where photos alone end so.
            has_photo = len(files) > 1 or first == _rank('.jpg')
            named[name] = [
                p for p in files if (has_photo and _rank(p) == first) is (kind == 'photo')
            ]
    return {name: files for name, files in named.items() if files}


def _rank(path: str) -> int:
    suffix = PurePosixPath(f'_{path}').suffix.lower()
    return max(_PHOTO_FIRST.index(suffix), 1)  # .jpg and .jpeg are alike


def _join(
    branch: Branch, named: dict[str, dict[str, list[str]]]
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


def _leftover(
    branch: Branch, files: dict[str, list[str]], named: dict[str, dict], ends: dict[str, str]
) -> list[Finding]:
    """Files of photos and label maps that the rule has no use for, and that no other tool wrote."""
    if branch.is_mixed:
        return []
    findings = []
    for kind in ('photo', 'label'):
        used = {path for found in named[kind].values() for path in found}
        for path in files[kind]:
            stem = _stem(path)
            if path not in used and not stem.endswith(_OTHER_ENDS):
                text = f'{path} does not end with {ends[kind]!r}'
                where = 'photo alone' if kind == 'photo' else 'map alone'
                findings.append(Finding(where, title_of(branch, stem), text))
    return findings
