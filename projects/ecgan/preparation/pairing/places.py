"""Folders in which pictures of one kind lie, by their names."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ...datasets.file_walk import walk
from .layouts import Row, folder_row, split_of_folder

Parts = tuple[str, ...]
# Words beside that of a split that change nothing.
_NO_MORE = ('', 'set', 'data', 'split')
#: What is in folders and files of kinds that are neither photos nor label maps.
MEANINGS = {
    'instance': 'numbers of objects',
    'panoptic': 'numbers of segments',
    'edge': 'edges',
    'other': 'neither photos nor label maps',
}


@dataclass
class Place:
    """A folder with pictures.

    Attributes:
        parts: Names of the folders on the way to it, from the folder that was given.
        row: What its name says; None: nothing.
        split: 'train', 'val', 'test' or ''.
        files: Paths of the pictures below it, save for those of other places within.
    """

    parts: Parts
    row: Row | None
    split: str
    files: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Of what it is by its name, see :data:`~.layouts.NAMES`; '' where that says nothing."""
        return self.row.kind if self.row else ''

    @property
    def name(self) -> str:
        """What notes call it."""
        return '/'.join(self.parts) + '/' if self.parts else './'


def pictures_below(folder: Path, suffixes: Sequence[str]) -> list[str]:
    """Paths below a folder, with slashes, of files that end so."""
    return [
        path.relative_to(folder).as_posix()
        for path in walk(folder)
        if path.name.lower().endswith(tuple(suffixes))
    ]


def find_places(files: Iterable[str]) -> list[Place]:
    """The folders that pictures lie in: named ones, and the highest ones without a name.

    Args:
        files: Paths of pictures below the folder that was given.
    """
    by_folder: dict[Parts, list[str]] = defaultdict(list)
    for file in files:
        by_folder[PurePosixPath(file).parts[:-1]].append(file)
    shared = _containers(by_folder)
    named: dict[Parts, tuple[Row, str]] = {}
    place_of: dict[Parts, Parts] = {}
    for parts in by_folder:
        found = _named_place(parts, shared)
        if found:
            place_of[parts] = found[0]
            named[found[0]] = found[1:]
    above = {parts[:depth] for parts in named for depth in range(len(parts))}
    places: dict[Parts, Place] = {}
    for parts, inside in by_folder.items():
        base = place_of.get(parts)
        if base is None:
            depths = range(len(parts) + 1)
            base = next((parts[:d] for d in depths if d and parts[:d] not in above), parts)
            if () not in above:
                base = ()  # nothing has a name
        if base not in places:
            row, split = named.get(base, (None, split_of_parts(base)))
            places[base] = Place(base, row, split)
        places[base].files += ['/'.join(PurePosixPath(f).parts[len(base) :]) for f in inside]
    return sorted(places.values(), key=lambda place: place.parts)


def places_within(place: Place) -> list[Place]:
    """The folders right below a place as places of their own, with their splits."""
    found: dict[str, Place] = {}
    for file in place.files:
        first, slash, rest = file.partition('/')
        if slash:
            parts = (*place.parts, first)
            split = place.split or split_of_parts([first])
            found.setdefault(first, Place(parts, place.row, split)).files.append(rest)
    return list(found.values())


def _containers(folders: Iterable[Parts]) -> set[Parts]:
    """Folders with both photos and label maps in folders below: their own names say nothing."""
    below: dict[Parts, set[str]] = defaultdict(set)
    for parts in folders:
        for end in range(1, len(parts) + 1):
            row = folder_row(parts[end - 1])
            if row:
                for depth in range(end):
                    below[parts[:depth]].add(row.kind)
    return {parts for parts, kinds in below.items() if {'photo', 'label'} <= kinds}


def split_of_parts(parts: Sequence[str]) -> str:
    """The first split that the names of folders tell, '' for none."""
    for part in parts:
        split, rest = split_of_folder(part)
        # 'train' and 'train_images', but not 'train_station'.
        if split and (rest in _NO_MORE or rest.isdigit() or folder_row(part)):
            return split
    return ''


def _named_place(parts: Parts, shared: set[Parts]) -> tuple[Parts, Row, str] | None:
    """The place that a folder belongs to, what its name says, and its split."""
    best, depth = None, 0
    for end in range(1, len(parts) + 1):
        if parts[:end] in shared:
            continue
        row = folder_row(parts[end - 1], best.kind if best else '')
        if row:
            depth = end
            # 'masks/img' are masks, 'pan_seg/bitmasks' segments; 'images/labels' are labels.
            if (
                best is None
                or best.kind == 'photo'
                or (best.kind == 'label' and row.kind != 'photo')
            ):
                best = row
        elif best and not split_of_parts(parts[end - 1 : end]):
            break
    return (parts[:depth], best, split_of_parts(parts[:depth])) if best else None
