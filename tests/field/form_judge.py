"""What the project makes of a folder whose ids are known."""

import contextlib
import io
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from drawn_maps import UNKNOWN, DrawnSet

from projects.ecgan.datasets import read_ids
from projects.ecgan.errors import UserError
from projects.ecgan.preparation import survey

RIGHT, PART, REFUSED, LEFT_OUT = 'right', 'some left out', 'refused', 'left out'
#: Other valid ids that a tool has made, which nobody can see; wrong ids of which a line says that
#: they may be; wrong ids without a word; an exception.
NOT_SEEN, GUESSED, WRONG, FAILED = 'not seen', 'wrong, said', 'wrong', 'failed'


@dataclass(frozen=True)
class Verdict:
    """Outcome, what was said or what is wrong, and by which reading ids were got."""

    outcome: str
    said: str = ''
    reading: str = ''

    def unseen(self) -> 'Verdict':
        """The same of ids that nobody can know to be wrong."""
        return replace(self, outcome=NOT_SEEN) if self.outcome in (GUESSED, WRONG) else self


def judge(photos: Path, maps: Path, truth: DrawnSet, classes: Path | None) -> Verdict:
    """Have a folder looked at, read its maps by what was found, and compare every id.

    Args:
        photos: Photos ``p00`` to ``p11``.
        maps: The label maps.
        truth: The ids.
        classes: List of classes; None: the project finds them.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found = survey([photos, maps], classes, 1)
    except UserError as error:
        return Verdict(REFUSED, error.sentence.replace(str(maps), 'FOLDER'))
    except Exception as error:
        return Verdict(FAILED, failure(error, maps))
    pairs = [look.pair for look in found.good]
    said = '; '.join(
        sorted({each.text for each in found.findings if each.kind not in ('same map', 'one id')})
    )
    if not pairs:
        return Verdict(LEFT_OUT, said)
    coding = found.labelling.coding
    try:
        read = {int(p.name[-2:]): read_ids(p.files['label'], coding) for p in pairs}
    except Exception as error:
        return Verdict(FAILED, failure(error, maps))
    wrong = compare(read, truth, found.labelling.classes)
    if wrong:
        guess = '; '.join(found.notes)
        return Verdict(
            GUESSED if guess else WRONG, f'{wrong} | {guess}'.replace(str(maps), 'FOLDER')
        )
    return Verdict(RIGHT if len(pairs) == len(truth.maps) else PART, said, f'{coding.reading}')


def failure(error: Exception, folder: Path) -> str:
    """What an exception says, in one line."""
    text = f'{type(error).__name__}: {error}'.replace(str(folder), 'FOLDER')
    return ' '.join(text.split())


def compare(read: dict[int, np.ndarray], truth: DrawnSet, classes: list[str]) -> str:
    """What is wrong with ids as they were read; '' where nothing is.

    A class of the project is a class of the truth by its name, or by ``id N`` where N is one of the
    truth's ids. Classes that the project calls otherwise (colours, values that a tool made) may
    stand for any, each for one.
    """
    stands_for = _announced(classes, truth)

    def is_colour(place: int) -> bool:
        return classes[place : place + 1] != [] and classes[place].startswith('colour')

    met: dict[int, set[int]] = defaultdict(set)
    for index, ids in sorted(read.items()):
        if ids.shape != truth.maps[index].shape:
            return f'p{index:02} is of shape {ids.shape}'
        both = ids.astype(np.int64) << 32 | truth.maps[index]
        for value in np.unique(both).tolist():
            met[value >> 32].add(value & 0xFFFFFFFF)
    wrong = []
    for here, really in sorted(met.items()):
        right = {UNKNOWN} if here == UNKNOWN else stands_for.get(here, really)
        # Unknown pixels are no class, save where nothing tells one colour from another.
        is_unknown = here != UNKNOWN and UNKNOWN in really and not is_colour(here)
        if really != right or len(really) > 1 or is_unknown:
            name = 'unknown' if here == UNKNOWN else (classes[here : here + 1] or [f'id {here}'])[0]
            wrong.append(f'{name!r} is {_named(really, truth)}')
    twice = [i for i in truth.names if sum(i in really for really in met.values()) > 1]
    wrong += [f'{truth.names[i]} is several classes' for i in twice if not wrong]
    return ', '.join(wrong)


def _announced(classes: list[str], truth: DrawnSet) -> dict[int, set[int]]:
    of_name = {name: index for index, name in truth.names.items()}
    places = {}
    for place, name in enumerate(classes):
        number = re.fullmatch(r'(?:id|class) (\d+)', name)
        if name in of_name:
            places[place] = {of_name[name]}
        elif number and int(number[1]) in truth.names and truth.colours is None:
            places[place] = {int(number[1])}
    return places


def _named(ids: set[int], truth: DrawnSet) -> str:
    return ' and '.join(truth.names.get(i, 'unknown') for i in sorted(ids))
