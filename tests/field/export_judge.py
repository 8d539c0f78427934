"""What the project makes of an annotation tool's export."""

import contextlib
import io
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
from field_exports.listing import Export
from field_exports.scenes import COUNT, MAPS, instance_map, scene
from form_judge import (
    FAILED,
    GUESSED,
    LEFT_OUT,
    PART,
    REFUSED,
    RIGHT,
    UNKNOWN,
    WRONG,
    Verdict,
    failure,
)

from projects.ecgan.datasets import read_ids
from projects.ecgan.errors import UserError
from projects.ecgan.preparation import survey

#: How an export is given: the whole folder, photos and masks, each also with the export's own list.
MODES = ('whole', 'whole, list', 'photos and masks', 'photos and masks, list')
_BACKGROUND = ('background', '_background_', 'unlabelled', 'unlabeled')


def modes(export: Export) -> list[str]:
    """The ways in which this export can be given."""
    return [
        mode
        for mode in MODES
        if ('masks' not in mode or export.masks) and ('list' not in mode or export.table)
    ]


def judge_export(folder: Path, export: Export, mode: str) -> Verdict:
    """Have an export looked at, read its maps by what was found, and compare every id."""
    given = [folder] if 'whole' in mode else [folder / export.photos, folder / export.masks]
    table = folder / export.table if 'list' in mode else None
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found = survey(given, table, 1)
    except UserError as error:
        return Verdict(REFUSED, error.sentence.replace(str(folder), 'FOLDER'))
    except Exception as error:
        return Verdict(FAILED, failure(error, folder))
    said = '; '.join(sorted({f'{each.kind}: {each.text}' for each in found.findings}))
    said = said.replace(str(folder), 'FOLDER')
    pairs = [look.pair for look in found.good]
    if not pairs:
        return Verdict(LEFT_OUT, said)
    coding = found.labelling.coding
    read: dict[int, np.ndarray] = {}
    for pair in pairs:
        try:
            ids = read_ids(pair.files['label'], coding)
        except Exception as error:
            return Verdict(FAILED, failure(error, folder))
        index = scene_index(pair.files['photo'])
        if index in read and not np.array_equal(read[index], ids):
            return Verdict(WRONG, f'two different maps for photo {index}')
        read[index] = ids
    wrong = compare_export(read, export, found.labelling.classes, bool(table))
    if wrong:
        notes = '; '.join(found.notes)
        return Verdict(
            GUESSED if notes else WRONG, f'{wrong} | {notes}'.replace(str(folder), 'FOLDER')
        )
    return Verdict(RIGHT if len(read) == COUNT else PART, said)


def scene_index(photo: Path) -> int:
    """Number of the scene that a photo shows, by its name."""
    named = re.search(r'p(\d\d)', photo.name)
    return int(named[1] if named else re.findall(r'\d+', photo.stem)[-1][-2:])


def _inner(index: int, export: Export) -> np.ndarray:
    """Pixels that are compared: outlines may be drawn by several rules."""
    numbers = np.pad(instance_map(index), 2, mode='edge')
    around = np.lib.stride_tricks.sliding_window_view(numbers, (5, 5))
    inner = around.min((2, 3)) == around.max((2, 3))
    if export.any_order:
        inner &= sum(thing.mask.astype(int) for thing in scene(index)) < 2
    return inner


def compare_export(
    read: dict[int, np.ndarray], export: Export, classes: list[str], is_listed: bool
) -> str:
    """What is wrong; '' where nothing is. A class by a name that the export has is that class."""
    met: dict[int, set[int]] = defaultdict(set)
    for index, ids in read.items():
        if ids.shape != MAPS[index].shape:
            return f'map {index} is of shape {ids.shape}'
        inner, truth = _inner(index, export), np.array(export.of)[MAPS[index]]
        for value in np.unique(ids[inner]).tolist():
            met[value] |= set(truth[inner & (ids == value)].tolist())
    wrong = []
    for here, really in sorted(met.items()):
        name = 'unknown' if here == UNKNOWN else (classes[here : here + 1] or [f'id {here}'])[0]
        is_found = bool(re.fullmatch(r'(id|class|colour|value) \S+', name))
        right = really if is_found and not is_listed else _of_name(name, export)
        if len(really) > 1 or not really <= right:
            wrong.append(f'{name!r} is {" and ".join(export.names[i] for i in sorted(really))}')
    if not wrong:
        met.pop(UNKNOWN, None)
        for index, name in enumerate(export.names):
            if sum(index in really for really in met.values()) > 1:
                wrong.append(f'{name} is several classes')
    return ', '.join(wrong)


def _of_name(name: str, export: Export) -> set[int]:
    """Classes of the export that a name stands for; unlabelled pixels may be background."""
    name = name.lower()
    names = [each.lower() for each in export.names]
    if name == 'unknown' or name in _BACKGROUND:
        return {index for index, each in enumerate(names) if index == 0 or each in _BACKGROUND}
    return {index for index, each in enumerate(names) if name == each or f'{each},' in name}
