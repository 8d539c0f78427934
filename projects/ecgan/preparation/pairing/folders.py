"""Where photos and label maps lie: in one folder, in folders below it, or in two folders."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...datasets.file_walk import walk
from ...datasets.layout_dataset import PHOTO_SUFFIXES
from ...errors import ConfigError, DataError, MissingFileError
from ..class_masks import count_class_masks
from .layouts import folder_row, has_word_of
from .name_ends import LABEL_SUFFIXES, find_fits
from .place_choice import (
    Choice,
    choices_of,
    companion,
    is_called,
    may_be,
    rivals_of,
    some_of,
    unused,
)
from .places import MEANINGS, Place, find_places, pictures_below, places_within, split_of_parts
from .split_lists import find_lists

PICTURES = tuple({*PHOTO_SUFFIXES, *LABEL_SUFFIXES})
# More folders than this are one for each sample.
_MOST_PLACES = 40


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
        others = {*self.apart, *self.folders.values()}
        within = [path.relative_to(folder).as_posix() for path in others if folder in path.parents]
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
        branches, notes = _by_formats(root, places)
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
    whole = Place((), None, '', files[0])
    inner = [place for place in find_places(files[0]) if place.parts]
    places = [whole, *inner], find_places(files[1])
    branches, notes = _branches(photos, maps, *places, labels)
    if not branches and labels is not None:
        raise _no_such(labels, maps, places[1])
    return Branches(branches or [Branch('', dict(photo=photos, label=maps))], notes, lists)


def _no_such(labels: str, root: Path, places: Sequence[Place]) -> ConfigError:
    known = [f'{place.name} ({len(place.files)} pictures)' for place in places if may_be(place)]
    return ConfigError(
        f'--labels {labels}: no folder of label maps in {root} is called so and has names that go '
        f'with photos; there are {", ".join(known) or "none"}'
    )


def _branches(
    photo_root: Path,
    label_root: Path,
    photo_places: Sequence[Place],
    label_places: Sequence[Place],
    labels: str | None,
) -> tuple[list[Branch], list[str]]:
    """The best choice for each split, and what is to be said of it."""
    photos = [place for place in photo_places if may_be(place, 'photo')]
    # 'frames-with-annotations' (RUGD) are photos where there are no others.
    photos = photos or [
        place for place in photo_places if any(has_word_of('photo', part) for part in place.parts)
    ]
    maps = [place for place in label_places if may_be(place)]
    chosen, notes = {}, []
    for within in (False, True):
        if within:
            photos += [inner for place in photos for inner in places_within(place)]
            maps += [inner for place in maps for inner in places_within(place)]
        some = [each for each in maps if labels is None or is_called(each, labels)]
        for split in ('', 'train', 'val', 'test'):
            choices = choices_of(
                [place for place in photos if place.split == split],
                [place for place in some if place.split == split],
                photo_root == label_root,
            )
            if choices:
                chosen[split] = choices
                notes += rivals_of(choices)
        if chosen:
            break
    places = {photo_root.joinpath(*place.parts) for place in photo_places}
    places |= {label_root.joinpath(*place.parts) for place in label_places}
    branches = []
    for split, (choice, *_) in chosen.items():
        folders = dict(
            photo=photo_root.joinpath(*choice.photo.parts),
            label=label_root.joinpath(*choice.label.parts),
        )
        for kind in ('instance', 'edge'):
            own = companion(kind, choice, label_places)
            if own:
                folders[kind] = label_root.joinpath(*own.parts)
        used = {*folders.values()}
        inside = sorted(path for path in places if used & {*path.parents})
        branches.append(Branch(split, folders, tuple(inside)))
    if branches and photo_root == label_root:
        named = [place for choices in chosen.values() for each in choices for place in each[:2]]
        rest = [place for place in label_places if place not in named]
        used = [folder for branch in branches for folder in branch.folders.values()]
        notes += unused(photo_root, used, rest)
    return branches, notes


def _by_formats(root: Path, places: Sequence[Place]) -> tuple[list[Branch], list[str]]:
    """Two folders whose names say nothing, of which one holds JPEGs alone and one none."""
    if len(places) != 1 or places[0].kind or any('/' not in file for file in places[0].files):
        return [], []
    inner = places_within(places[0])
    jpegs = [{file.lower().endswith(('.jpg', '.jpeg')) for file in place.files} for place in inner]
    if len(inner) != 2 or {True} not in jpegs or {False} not in jpegs:
        return [], []
    photo, label = inner[jpegs.index({True})], inner[jpegs.index({False})]
    if photo.split or label.split or not find_fits(photo.files, label.files):
        return [], []
    folders = {k: root.joinpath(*p.parts) for k, p in (('photo', photo), ('label', label))}
    note = f'photos: {photo.name}, label maps: {label.name}, as the first holds JPEGs'
    return [Branch('', folders)], [note]


def _side_by_side(root: Path, places: Sequence[Place]) -> list[Branch]:
    """One folder for all, where pairs lie side by side, or the folders whose names do not fit."""
    apart = tuple(root.joinpath(*p.parts) for p in places if p.kind in MEANINGS and p.parts)
    branch = Branch('', dict(photo=root, label=root), apart)
    files = sorted({*branch.files('photo'), *branch.files('label')})
    if find_fits(files, files, side_by_side=True) or count_class_masks(files, files):
        return [branch]
    photos = [place for place in places if may_be(place, 'photo')]
    maps = [place for place in places if place.kind == 'label']
    if photos and maps:  # whose names do not go together, as is said where they are paired
        best = Choice(photos[0], maps[0], 0)
        folders = [root.joinpath(*place.parts) for place in best[:2]]
        return [Branch('', dict(photo=folders[0], label=folders[1]), apart)]
    if len(photos) > 1:
        return [branch]
    first = next(('/'.join([*place.parts, place.files[0]]) for place in photos), 'none')
    refused = [
        f'{place.name} ({len(place.files)} pictures) holds {MEANINGS[place.kind]} by its name'
        for place in places
        if place.kind in MEANINGS
    ]
    raise NoLabelMapsError(
        f'no photo has a label map in {root}, which holds {_contents(root)}; the '
        f'first photo is {first}'
        + (f'; {some_of(refused)}' if refused else '')
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
    return some_of(texts) or 'nothing'


def split_of(branch: Branch, name: str) -> str:
    """The split of a sample: that of its folders, or the first folder in its name, or ''."""
    return branch.split or (split_of_parts(name.split('/')[:1]) if '/' in name else '')
