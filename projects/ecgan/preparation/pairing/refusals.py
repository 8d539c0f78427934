"""Layouts that look like photos and label maps but are none, refused by their names."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from ...errors import DataError
from .folders import Branch
from .name_ends import stem_of


def refuse_by_names(folder: Path, maps: Sequence[str]) -> None:
    """Stop where names tell of files that pair but hold something else than classes.

    Args:
        folder: Folder of the label maps.
        maps: Paths of the maps below it.

    Raises:
        DataError: So it is; the sentence says what lies there and what to do.
    """
    stems = [stem_of(path) for path in maps]
    for refuse in (_ade20k, _labelme_folders):
        refuse(folder, stems)


def _ade20k(folder: Path, stems: Sequence[str]) -> None:
    """The full ADE20K: classes in red and green, objects in blue, parts in files of their own."""
    if any(re.search(r'_parts_\d+$', stem) for stem in stems) and any(
        stem.endswith('_seg') for stem in stems
    ):
        raise DataError(
            f'{folder} is the full ADE20K, whose _seg.png hold class and object in their channels '
            '(class: red / 10 * 256 + green, of more than 3000): write the classes that you want '
            'as ids to label maps, or take its benchmark ADEChallengeData2016'
        )


def _labelme_folders(folder: Path, stems: Sequence[str]) -> None:
    """Exports of single pictures by labelme number the classes anew in each."""
    tables = [
        folder / PurePosixPath(stem).parent / 'label_names.txt'
        for stem in stems
        if stem.endswith('/label')
    ]
    names = {path.read_bytes() for path in tables if path.is_file()}
    if len(names) > 1:
        raise DataError(
            f'{folder} holds exports of single pictures by labelme, which number the classes anew '
            'in each (their label_names.txt differ): give the folder of the JSON files, or export '
            'them together with labelme2voc'
        )


def refuse_objects(folder: Path, ends: Sequence[str]) -> None:
    """Stop where each photo has several masks that only a number tells apart.

    Args:
        folder: Folder of the label maps.
        ends: Ends of names that label maps may have, the best first.

    Raises:
        DataError: So it is.
    """
    numbers = [end for end in ends if end.strip('-_. ').isdigit()]
    if numbers and ends[0] in numbers and len(numbers) > 1:
        raise DataError(
            f'{folder} holds several masks for each photo that only numbers tell apart '
            f'({", ".join(sorted(numbers)[:4])}): one mask for each object, without its class; '
            'label maps are needed, or one mask for each class with its name'
        )


def why_no_pairs(branch: Branch, files: Mapping[str, Sequence[str]]) -> str:
    """What names say of why no photo has a label map; a sentence without its end."""
    photos, maps = ([PurePosixPath(path).name for path in files[k]] for k in ('photo', 'label'))
    if any(re.match(r'task-\d+-annotation-\d+', name) for name in maps):
        return (
            f'{branch.folders["label"]} holds masks of Label Studio, whose names tell the number '
            'of the task and not of which photo: export JSON, which says it, or call the photos '
            'task-1.jpg and so on'
        )
    shown = [next(iter(files[kind]), 'none') for kind in ('photo', 'label')]
    text = (
        f'no photo has a label map in {branch.folders["photo"]} and {branch.folders["label"]}: the '
        f'first photo is {shown[0]}, the first map {shown[1]}; pairs have the same name, or one '
        'with an end such as _L or _labelIds'
    )
    numbers = [
        {re.sub(r'^\D+', '', stem_of(name)) for name in names} - {''} for names in (photos, maps)
    ]
    if not branch.is_mixed and numbers[0] & numbers[1]:
        text += '; these differ in what comes before the number: rename them'
    return f'{text}; folders whose names say nothing are given one by one: photos, label maps'
