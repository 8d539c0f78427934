"""Where photos and label maps lie: in one folder, in folders below it, or in two folders."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..datasets.file_walk import walk
from ..datasets.layout_dataset import PHOTO_SUFFIXES
from ..errors import ConfigError, DataError, MissingFileError
from .class_masks import count_class_masks
from .layouts import folder_row, split_of_folder
from .name_ends import AS_WELL, LABEL_SUFFIXES, RIVAL, find_fits
from .places import MEANINGS, Place, find_places, pictures_below, places_within
from .split_lists import find_lists

PICTURES = tuple({*PHOTO_SUFFIXES, *LABEL_SUFFIXES})
# More folders than this are one for each sample.
_MOST_PLACES = 40
_SHOWN = 6


class NoLabelMapsError(DataError):
    """A folder without a picture that could be a label map: perhaps there are annotations."""


@dataclass(frozen=True)
class Branch:
    """Folders that hold one part of the data.

    Attributes:
        split: 'train', 'val' or 'test' where the folders' names say so, otherwise ''.
        folders: Folder of each kind that there is; 'photo' and 'label' may be the same one.
        apart: Folders within these that hold something else.
    """

    split: str
    folders: dict[str, Path]
    apart: tuple[Path, ...] = ()

    @property
    def is_mixed(self) -> bool:
        """Whether photos and label maps lie side by side."""
        return self.folders['photo'] == self.folders['label']

    def files(self, kind: str) -> list[str]:
        """Paths of the pictures in the folder of a kind, below it."""
        folder = self.folders[kind]
        within = [
            path.relative_to(folder).as_posix() for path in self.apart if folder in path.parents
        ]
        suffixes = PHOTO_SUFFIXES if kind == 'photo' else LABEL_SUFFIXES
        return [
            file
            for file in pictures_below(folder, suffixes)
            if not any(file.startswith(f'{other}/') for other in within)
        ]


class Branches(list[Branch]):
    """The branches, with what else was found.

    Attributes:
        notes: Which folders were taken, which would do as well, which are not used.
        lists: Files that list the names of a split: split -> file.
    """

    def __init__(
        self, branches: Sequence[Branch], notes: Sequence[str] = (), lists: dict | None = None
    ) -> None:
        super().__init__(branches)
        self.notes: list[str] = list(notes)
        self.lists: dict[str, Path] = lists or {}


class _Choice(NamedTuple):
    """A place of photos, one of label maps, and how many pairs they make."""

    photo: Place
    label: Place
    count: int

    @property
    def order(self) -> tuple:
        """Near folders first, then those whose names say what they are, then by rank."""
        near = [one == other for one, other in zip(self.photo.parts, self.label.parts)]
        near = near.index(False) if False in near else len(near)
        rows = self.photo.row, self.label.row
        ranks = [row.rank if row else 100 for row in rows]
        return (-near, sum(row is None for row in rows), ranks, self.label.parts, self.photo.parts)


def find_branches(given: Sequence[Path], labels: str | None = None) -> Branches:
    """Find the folders of photos and label maps.

    Args:
        given: One folder: with folders for photos and label maps below it, as data sets and tools
            have them (:mod:`~.layouts`), perhaps below or joined with names of splits
            (``train/images``, ``train_img``, ``trainannot`` beside ``train``), or with both side by
            side. Two folders: photos, then label maps.
        labels: Name of the folder of label maps, where several would do.

    Returns:
        One for each split, or one for all.

    Raises:
        MissingFileError: There is no such folder.
        ConfigError: There are more than two, or ``labels`` names none.
        NoLabelMapsError: There are no pictures that could be label maps.
        DataError: The folders given hold something else by their names.
    """
    folders = [folder.expanduser() for folder in given]
    for folder in folders:
        if not folder.is_dir():
            raise MissingFileError(f'no folder at {folder}')
    folders = [folder.resolve() for folder in folders]
    if len(folders) > 2:
        raise ConfigError(
            f'give one folder, or one of photos and one of label maps; got {len(folders)}'
        )
    if len(folders) == 2 and folders[0] != folders[1]:
        return _of_two(folders[0], folders[1], labels)
    root = folders[0]
    places = find_places(pictures_below(root, PICTURES))
    if len(places) > _MOST_PLACES:
        raise DataError(
            f'{root} has {len(places)} folders with pictures, such as {places[0].name}: one folder '
            'of photos and one of label maps (and the like for each split) are understood'
        )
    branches, notes = _branches(root, root, places, places, labels)
    if not branches and labels is not None:
        raise _no_such(labels, root, places)
    if not branches:
        branches = _side_by_side(root, places)
    return Branches(branches, notes, find_lists(root))


def _of_two(photos: Path, maps: Path, labels: str | None) -> Branches:
    """Branches of a folder of photos and one of label maps, or of exports that hold them."""
    row = folder_row(maps.name)
    if row and row.kind in MEANINGS:
        raise DataError(
            f'{maps} holds {MEANINGS[row.kind]} by its name, not classes: give the folder of the '
            'label maps'
        )
    files = pictures_below(photos, PICTURES), pictures_below(maps, PICTURES)
    if not files[1]:
        raise NoLabelMapsError(f'no picture is in {maps}, which holds {_contents(maps)}')
    lists = find_lists(maps) or find_lists(photos)
    if labels is None and find_fits(*files):
        return Branches([Branch('', dict(photo=photos, label=maps))], (), lists)
    places = [Place((), None, '', files[0]), *find_places(files[0])], find_places(files[1])
    branches, notes = _branches(photos, maps, *places, labels)
    if not branches and labels is not None:
        raise _no_such(labels, maps, places[1])
    return Branches(branches or [Branch('', dict(photo=photos, label=maps))], notes, lists)


def _no_such(labels: str, root: Path, places: Sequence[Place]) -> ConfigError:
    known = [f'{place.name} ({len(place.files)} pictures)' for place in places if _may_be(place)]
    return ConfigError(
        f'--labels {labels}: no folder of label maps in {root} is called so and has names that go '
        f'with photos; there are {", ".join(known) or "none"}'
    )


def _may_be(place: Place, kind: str = 'label') -> bool:
    return place.kind in (kind, '')


def _is_called(place: Place, name: str) -> bool:
    wanted = PurePosixPath(name.strip('/').lower()).parts
    return wanted == tuple(part.lower() for part in place.parts[-len(wanted) :])


def _branches(
    photo_root: Path,
    label_root: Path,
    photo_places: Sequence[Place],
    label_places: Sequence[Place],
    labels: str | None,
) -> tuple[list[Branch], list[str]]:
    """The best choice for each split, and what is to be said of it."""
    photos = [place for place in photo_places if _may_be(place, 'photo')]
    maps = [place for place in label_places if _may_be(place)]
    chosen, notes = {}, []
    for within in (False, True):
        if within:
            photos += [inner for place in photos for inner in places_within(place)]
            maps += [inner for place in maps for inner in places_within(place)]
        some = [each for each in maps if labels is None or _is_called(each, labels)]
        for split in ('', 'train', 'val', 'test'):
            choices = _choices(
                [place for place in photos if place.split == split],
                [place for place in some if place.split == split],
                photo_root == label_root,
            )
            if choices:
                chosen[split] = choices
                notes += _rivals(choices)
        if chosen:
            break
    branches = []
    for split, (choice, *_) in chosen.items():
        folders = dict(
            photo=photo_root.joinpath(*choice.photo.parts),
            label=label_root.joinpath(*choice.label.parts),
        )
        for kind in ('instance', 'edge'):
            own = _companion(kind, choice, label_places)
            if own:
                folders[kind] = label_root.joinpath(*own.parts)
        apart = {photo_root.joinpath(*place.parts) for place in photo_places}
        apart |= {label_root.joinpath(*place.parts) for place in label_places}
        inside = [
            p for p in apart if {*folders.values()} & {*p.parents} and p not in folders.values()
        ]
        inside += [folder for folder in folders.values() if {*folders.values()} & {*folder.parents}]
        branches.append(Branch(split, folders, tuple(sorted(inside))))
    if branches and photo_root == label_root:
        named = [place for choices in chosen.values() for each in choices for place in each[:2]]
        rest = [place for place in label_places if place not in named]
        notes += _unused(photo_root, branches, rest)
    return branches, notes


def _choices(photos: Sequence[Place], maps: Sequence[Place], same_root: bool) -> list[_Choice]:
    """What makes pairs, the best first."""
    found = []
    for photo in photos:
        for label in maps:
            if (same_root and photo.parts == label.parts) or photo.kind == label.kind == '':
                continue
            count = _count(photo, label)
            if count:
                found.append(_Choice(photo, label, count))
    most = max((choice.count for choice in found), default=0)
    return sorted(found, key=lambda each: (each.count < AS_WELL * most, each.order))


def _count(photo: Place, label: Place) -> int:
    photos = [file for file in photo.files if file.lower().endswith(PHOTO_SUFFIXES)]
    maps = [file for file in label.files if file.lower().endswith(LABEL_SUFFIXES)]
    fits = find_fits(photos, maps)
    return max([fit.count for fit in fits] + [count_class_masks(photos, maps)])


def _companion(kind: str, choice: _Choice, places: Sequence[Place]) -> Place | None:
    """The folder of instance or edge maps that goes with the label maps, by its name."""
    some = [place for place in places if place.kind == kind and place.split == choice.label.split]
    some = [_Choice(choice.label, place, _count(choice.photo, place)) for place in some]
    some = [each for each in some if 2 * each.count > choice.count]
    return min(some, key=lambda each: each.order).label if some else None


def _rivals(choices: Sequence[_Choice]) -> list[str]:
    """Other folders that would do."""
    taken, notes = choices[0], []
    for kind, word, how in (('label', 'label maps', '--labels {}'), ('photo', 'photos', '')):
        mine, other = getattr(taken, kind), 'photo' if kind == 'label' else 'label'
        rivals = [
            (getattr(each, kind), each.count)
            for each in choices[1:]
            if getattr(each, other) is getattr(taken, other) and each.count >= RIVAL * taken.count
        ]
        if rivals:
            texts = [
                f'{place.name} holds {count} too'
                + (f': {how.format(place.name.rstrip("/"))}' if how else '')
                for place, count in rivals
            ]
            more = '' if how else '; two folders, photos and label maps, say which'
            notes.append(f'{word}: {mine.name} ({taken.count} pairs); {"; ".join(texts)}{more}')
    apart: dict[str, str] = {}
    for each in choices[1:]:
        if each.photo is not taken.photo and each.label is not taken.label:
            text = f'{each.photo.name} with {each.label.name} ({each.count})'
            apart.setdefault(each.photo.name, text)
    if apart:
        notes.append(
            f'left out: {_some(list(apart.values()))}, as a recipe takes one folder of photos and '
            f'one of label maps for each split, here {taken.photo.name} with {taken.label.name}'
        )
    return notes


def _unused(root: Path, branches: Sequence[Branch], places: Sequence[Place]) -> list[str]:
    """One line about all folders of pictures that have no part in the data."""
    used = [folder for branch in branches for folder in branch.folders.values()]
    rest = []
    for place in places:
        folder = root.joinpath(*place.parts)
        # A place that is used in parts, 'labels/train', is used.
        if folder not in used and not any(folder in other.parents for other in used if place.parts):
            meaning = f', {MEANINGS[place.kind]} by its name' if place.kind in MEANINGS else ''
            rest.append(f'{place.name} ({len(place.files)} pictures{meaning})')
    return [f'not used: {_some(rest)}'] if rest else []


def _side_by_side(root: Path, places: Sequence[Place]) -> list[Branch]:
    """One folder for all, where pairs lie side by side, or the folders whose names do not fit."""
    apart = tuple(root.joinpath(*p.parts) for p in places if p.kind in MEANINGS and p.parts)
    branch = Branch('', dict(photo=root, label=root), apart)
    files = sorted({*branch.files('photo'), *branch.files('label')})
    if find_fits(files, files, side_by_side=True) or count_class_masks(files, files):
        return [branch]
    photos = [place for place in places if _may_be(place, 'photo')]
    maps = [place for place in places if place.kind == 'label']
    if photos and maps:  # whose names do not go together, as is said where they are paired
        best = _Choice(photos[0], maps[0], 0)
        folders = [root.joinpath(*place.parts) for place in best[:2]]
        return [Branch('', dict(photo=folders[0], label=folders[1]), apart)]
    if len(photos) > 1:
        return [branch]
    refused = [
        f'{place.name} ({len(place.files)} pictures) holds {MEANINGS[place.kind]} by its name'
        for place in places
        if place.kind in MEANINGS
    ]
    raise NoLabelMapsError(
        f'no label maps go with the photos in {root}, which holds {_contents(root)}'
        + (f'; {_some(refused)}' if refused else '')
        + '; label maps are pictures with the names of the photos, in a folder such as labels/ or '
        'with an end such as _labelIds; folders whose names say nothing are given one by one: '
        'photos, label maps'
    )


def holds_annotations_only(folder: Path) -> bool:
    """Whether a folder has files, but none that is a picture."""
    files = list(walk(folder))
    return bool(files) and not any(file.name.lower().endswith(PICTURES) for file in files)


def _contents(folder: Path) -> str:
    """What lies in a folder, by sub-folder and suffix."""
    found: Counter[tuple[str, str]] = Counter()
    for path in walk(folder):
        inner = path.relative_to(folder).parts
        found[inner[0] + '/' if len(inner) > 1 else '', path.suffix.lower() or path.name] += 1
    texts = [f'{count} {suffix} in {where or "it"}' for (where, suffix), count in found.items()]
    return _some(texts) or 'nothing'


def _some(texts: Sequence[str]) -> str:
    more = [f'{len(texts) - _SHOWN} more'] if len(texts) > _SHOWN else []
    return ', '.join([*texts[:_SHOWN], *more])


def split_of(branch: Branch, name: str) -> str:
    """The split of a sample: that of its folders, or the first folder in its name, or ''."""
    return branch.split or (split_of_folder(name.split('/')[0])[0] if '/' in name else '')
