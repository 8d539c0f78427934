"""Label maps in a folder without photos, as for inference: which of its pictures they are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ...errors import MissingFileError
from .layouts import end_row, folder_row, split_end
from .name_ends import stem_of
from .place_choice import some_of
from .places import MEANINGS, Place, find_places, pictures_below


class MapsAlone(NamedTuple):
    """Label maps of a folder.

    Attributes:
        files: Paths below the folder, with slashes, sorted.
        left_out: What was left out, in words; '' where nothing was.
    """

    files: list[str]
    left_out: str


def find_maps(
    folder: Path, suffixes: Sequence[str], kind: str = 'label', known: Sequence[str] = ()
) -> MapsAlone:
    """Find the label maps, or the instance maps, in a folder and the folders below it.

    Names decide, as for a data set: of ``a_labelIds``, ``a_color`` and ``a_instanceIds`` the first
    is the label map; of ``images/``, ``labels/`` and ``instances/`` the second holds them.

    Args:
        folder: The folder.
        suffixes: Ends of the names of files that are looked at.
        kind: 'label' or 'instance'.
        known: What the names of such maps ended with in training, with suffixes: where some files
            end so, these are they.

    Raises:
        MissingFileError: There is none; the sentence says what there is.
    """
    files = pictures_below(folder, suffixes)
    if not files:
        raise MissingFileError(f'no label map ({", ".join(suffixes)}) in the folder {folder}')
    longer = tuple(each.lower() for each in known if stem_of(each))
    mine = [file for file in files if longer and file.lower().endswith(longer)]
    if mine:
        rest = len(files) - len(mine)
        return MapsAlone(mine, f'{rest} that do not end as in training' if rest else '')
    row = folder_row(folder.name)
    if row and row.kind in ('instance', 'panoptic') and kind == 'label':
        raise MissingFileError(
            f'the folder {folder} holds {MEANINGS[row.kind]} by its name, no label maps'
        )
    left_out: Counter[str] = Counter()
    taken = []
    for place in _places(files, kind, left_out):
        above = '/'.join(place.parts) + '/' * bool(place.parts)
        taken += [above + file for file in _of_kind(place.files, kind, left_out)]
    texts = [f'{name} ({count})' for name, count in left_out.items()]
    text = some_of(texts)
    if not taken:
        raise MissingFileError(
            f'no {kind} map in the folder {folder}; by their names none is '
            f'{text}; files that are given one by one are taken whatever their names are'
        )
    return MapsAlone(sorted(taken), text)


def _places(files: Sequence[str], kind: str, left_out: Counter[str]) -> list[Place]:
    """The folders that hold the maps; of several with the same names the best one."""
    places = find_places(files)
    named = [place for place in places if place.kind == kind]
    if not named:
        named = [place for place in places if place.kind in ('', 'photo', 'label')]
        left = [place for place in places if place not in named]
    else:
        # Folders without a name hold other maps, unless these are the photos of the named ones.
        named.sort(key=lambda place: (place.row.rank, place.parts))
        named += [place for place in places if not place.kind and kind == 'label']
        left = [place for place in places if place not in named]
    taken, names = [], set()
    for place in named:
        own = {split_end(stem_of(file))[0] for file in place.files}
        own = {'/'.join([place.split, name]) for name in own}
        if place.kind == kind or not named[0].kind:
            rival = any(
                other.row and place.row and other.row.rank != place.row.rank for other in taken
            )
        else:
            rival = True
        if rival and 2 * len(own & names) > len(own):
            left.append(place)
        else:
            taken.append(place)
            names |= own
    for place in left:
        meaning = f', {MEANINGS[place.kind]}' if place.kind in MEANINGS else ''
        left_out[f'{place.name}{meaning}'] += len(place.files)
    return taken


def _of_kind(files: Sequence[str], kind: str, left_out: Counter[str]) -> list[str]:
    """Of files that are named alike save for known ends, the one that is meant."""
    by_base: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file in files:
        base, end = split_end(stem_of(file))
        by_base[base].append((end, file))
    taken = []
    for some in by_base.values():
        own = [each for each in some if end_row(each[0]).kind == kind]
        if kind == 'instance' or not own:
            # A name that happens to end so, 'forest_edge', is no reason to leave a map out.
            own = own or [e for e in some if end_row(e[0]).kind not in ('instance', 'panoptic')]
        best = min((end_row(end).rank for end, _ in own), default=0)
        own = [each for each in own if end_row(each[0]).rank == best]
        taken += [file for _, file in own]
        for end, _ in (each for each in some if each not in own):
            meaning = MEANINGS.get(end_row(end).kind)
            left_out[f'*{end}' + (f', {meaning}' if meaning else '')] += 1
    return taken
