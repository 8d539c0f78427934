"""Which folders of photos and label maps go together, where several would do."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ...datasets.layout_dataset import PHOTO_SUFFIXES
from ..class_masks import count_class_masks
from .name_ends import AS_WELL, LABEL_SUFFIXES, RIVAL, find_fits
from .places import MEANINGS, Place

_SHOWN = 6


class Choice(NamedTuple):
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


def choices_of(photos: Sequence[Place], maps: Sequence[Place], same_root: bool) -> list[Choice]:
    """What makes pairs, the best first."""
    found = []
    for photo in photos:
        for label in maps:
            if (same_root and photo.parts == label.parts) or photo.kind == label.kind == '':
                continue
            count = count_pairs(photo, label)
            if count:
                found.append(Choice(photo, label, count))
    most = max((choice.count for choice in found), default=0)
    return sorted(found, key=lambda each: (each.count < AS_WELL * most, each.order))


def count_pairs(photo: Place, label: Place) -> int:
    """How many photos have a map, or masks of single classes."""
    photos = [file for file in photo.files if file.lower().endswith(PHOTO_SUFFIXES)]
    maps = [file for file in label.files if file.lower().endswith(LABEL_SUFFIXES)]
    fits = find_fits(photos, maps)
    return max([fit.count for fit in fits] + [count_class_masks(photos, maps)])


def companion(kind: str, choice: Choice, places: Sequence[Place]) -> Place | None:
    """The folder of instance or edge maps that goes with the label maps, by its name."""
    some = [place for place in places if place.kind == kind and place.split == choice.label.split]
    some = [Choice(choice.label, place, count_pairs(choice.photo, place)) for place in some]
    some = [each for each in some if 2 * each.count > choice.count]
    return min(some, key=lambda each: each.order).label if some else None


def rivals_of(choices: Sequence[Choice]) -> list[str]:
    """Other folders that would do."""
    taken, notes = choices[0], []
    for kind, word, how in (('label', 'label maps', '--labels {}'), ('photo', 'photos', '')):
        mine, other = getattr(taken, kind), 'photo' if kind == 'label' else 'label'
        rivals = [
            (getattr(each, kind), each.count)
            for each in choices[1:]
            if getattr(each, other) is getattr(taken, other)
            and each.count >= RIVAL * taken.count
            and (kind == 'label' or bool(mine.kind) == bool(each.photo.kind))
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
            f'left out: {some_of(list(apart.values()))}, as a recipe takes one folder of photos '
            'and one of label maps for each split, here '
            f'{taken.photo.name} with {taken.label.name}'
        )
    return notes


def unused(root: Path, used: Sequence[Path], places: Sequence[Place]) -> list[str]:
    """One line about all folders of pictures that have no part in the data."""
    rest = []
    for place in places:
        folder = root.joinpath(*place.parts)
        # A place that is used in parts, 'labels/train', is used.
        is_part = any(folder in other.parents for other in used if place.parts)
        if folder not in used and not is_part:
            meaning = f', {MEANINGS[place.kind]} by its name' if place.kind in MEANINGS else ''
            rest.append(f'{place.name} ({len(place.files)} pictures{meaning})')
    return [f'not used: {some_of(rest)}'] if rest else []


def some_of(texts: Sequence[str]) -> str:
    """The first of many texts, and how many more there are."""
    more = [f'{len(texts) - _SHOWN} more'] if len(texts) > _SHOWN else []
    return ', '.join([*texts[:_SHOWN], *more])


def may_be(place: Place, kind: str = 'label') -> bool:
    """Whether a place is of a kind by its name, or its name says nothing."""
    return place.kind in (kind, '')


def is_called(place: Place, name: str) -> bool:
    """Whether a user's name, of one folder or of several, is that of a place."""
    wanted = PurePosixPath(name.strip('/').lower()).parts
    return wanted == tuple(part.lower() for part in place.parts[-len(wanted) :])
