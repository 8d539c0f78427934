"""Ends of file names: what names of label maps have behind the names of their photos."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from ...datasets.label_files import MAP_SUFFIXES
from ...datasets.layout_dataset import PHOTO_SUFFIXES
from .layouts import PHOTO_ENDS, end_row

#: Ends of the names of files that may be label maps; JPEGs are found, too, to be refused.
LABEL_SUFFIXES = (*MAP_SUFFIXES, '.jpg', '.jpeg')
_SUFFIXES = sorted({*PHOTO_SUFFIXES, *LABEL_SUFFIXES}, key=len, reverse=True)
# Of many photos so many are asked for their ends, and so many names behind one are looked at.
_TRIED, _BEHIND = 200, 60
_MOST_ENDS = 24
# Of the pairs that the best end makes, what an end makes that fits as well, or is a rival at all.
AS_WELL, RIVAL = 0.9, 0.5


class Fit(NamedTuple):
    """An end of photos' names and one of maps' names, and how many pairs they make."""

    photo: str
    label: str
    count: int

    @property
    def rank(self) -> int:
        """Of ends that fit equally well the lowest is right most often."""
        return end_row(self.label).rank


@lru_cache(1 << 18)
def stem_of(path: str) -> str:
    """A path without its suffix; ``.nii.gz`` and the like are one."""
    lower = path.lower()
    known = next((suffix for suffix in _SUFFIXES if lower.endswith(suffix)), None)
    return path[: len(path) - len(PurePosixPath(path).suffix if known is None else known)]


def names_of(stems: Iterable[str], end: str) -> set[str]:
    """Names of the stems that have this end."""
    return {stem[: len(stem) - len(end)] for stem in stems if stem.endswith(end)}


def find_fits(photos: Sequence[str], maps: Sequence[str], side_by_side: bool = False) -> list[Fit]:
    """Ends that make pairs, of any kind of maps.

    Args:
        photos: Paths of photos below their folder.
        maps: Paths of maps below theirs.
        side_by_side: Whether that is one folder: both are all that lies there.

    Returns:
        For the end of photos' names that makes most pairs: all ends of maps' names, those of label
        maps first, among them those that fit about as well as the best (0.9 of its pairs) in the
        order of their ranks.
    """
    several = Counter(map(stem_of, photos)) if side_by_side else None
    return fits_between(map(stem_of, photos), map(stem_of, maps), several)


def fits_between(
    photos: Iterable[str], maps: Iterable[str], several: Mapping[str, int] | None = None
) -> list[Fit]:
    """The same for stems.

    Args:
        photos: Paths of photos without suffix.
        maps: Paths of maps without suffix.
        several: Where they lie side by side: how many files have a stem.
    """
    photo_stems, map_stems = sorted(set(photos)), sorted(set(maps))
    known, best = set(map_stems), []
    for photo_end in dict.fromkeys((*PHOTO_ENDS, *_shared_ends(photo_stems))):
        names = sorted(names_of(photo_stems, photo_end))
        if not names:
            continue
        starts = '/' if photo_end.startswith('/') else '_-. '
        fits = []
        for end in ('', *ends_behind(names, map_stems, starts=starts)):
            if several is not None and end == photo_end:
                count = sum(several[name + photo_end] > 1 for name in names)
            else:
                count = sum(name + end in known for name in names)
            if count:
                fits.append(Fit(photo_end, end, count))
        fits = _ordered(fits)
        if _most(fits) > _most(best):
            best = fits
    return best


def _shared_ends(stems: Sequence[str]) -> list[str]:
    """What all of several names end with, from each of its words on."""
    if len(stems) < 2:
        return []
    backward = [stem.rpartition('/')[2][::-1] for stem in stems]
    # What the first and the last in order share, all do.
    pairs = enumerate(zip(min(backward), max(backward)))
    length = next((place for place, (one, other) in pairs if one != other), len(min(backward)))
    shared = min(backward)[:length][::-1]
    return [shared[place:] for place, letter in enumerate(shared) if letter in '_-. ']


def _ordered(fits: Sequence[Fit]) -> list[Fit]:
    labels = [fit for fit in fits if end_row(fit.label).kind == 'label']
    most = max((fit.count for fit in labels), default=0)
    labels.sort(key=lambda fit: (fit.count < AS_WELL * most, fit.rank, -fit.count))
    return labels + [fit for fit in fits if fit not in labels]


def _most(fits: Sequence[Fit]) -> tuple[int, int]:
    """Pairs with label maps, then pairs with anything."""
    labels = [fit.count for fit in fits if end_row(fit.label).kind == 'label']
    return max(labels, default=0), max((fit.count for fit in fits), default=0)


def ends_behind(
    names: Sequence[str], stems: Sequence[str], most: int = _MOST_ENDS, starts: str = '_-. '
) -> list[str]:
    """What stems have behind names, the most frequent first; both are sorted."""
    found: Counter[str] = Counter()
    for name in names[:: max(1, len(names) // _TRIED)]:
        place = bisect_left(stems, name)
        for stem in stems[place : place + _BEHIND]:
            if not stem.startswith(name):
                break
            end = stem.removeprefix(name)
            # 'img1' does not belong to 'img10', nor 'a' to 'a/b'.
            if end[:1] in starts and '/' not in end[1:] and end.strip():
                found[end] += 1
    return [end for end, _ in found.most_common(most)]
