"""YOLO's text of segments: a file a photo, lines of a class and corners from 0 to 1.

Small shapes lie above large ones, as Ultralytics puts them where it joins them to one map.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError, MissingFileError
from ..classes import read_classes
from .content import Content, Picture, Shape
from .drawing import Outline, area, corners_of
from .files import load_text, upwards

_NUMBER = r'[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?'
_LINE = re.compile(rf'\s*\d+(\.0*)?(\s+{_NUMBER}){{4,}}\s*', re.IGNORECASE)
_LISTS = ('data.yaml', 'data.yml', 'dataset.yaml', 'classes.txt', 'obj.names')
# Corners a little outside are a tool's rounding.
_SLACK = 0.02


def recognises(text: Any) -> bool:
    """Whether the first line of a text is of this form, or of that of boxes."""
    lines = text.splitlines()
    return bool(lines) and bool(_LINE.fullmatch(lines[0]))


def read(files: list[Path], folder: Path) -> Content:
    """Read one file a photo, and the names of the classes.

    Raises:
        MissingFileError: No file names the classes.
        DataError: All lines are boxes.
    """
    listed = _list_of_names(files[0].parent, folder)
    if listed is None:
        raise MissingFileError(
            f'no data.yaml or classes.txt in {folder} names the classes of {files[0]}'
        )
    rows = read_classes(listed)
    names = {row.id: row.name for row in rows}
    content = Content(labels={row.name: row.colour for row in rows}, notes=[f'classes: {listed}'])
    for path in files:
        text = load_text(path)
        if text.strip() and not recognises(text):
            content.left_out['text files of another kind'] += 1
            continue
        content.pictures.append(_picture(path, text, names, content))
    if content.left_out['boxes'] and not any(each.shapes for each in content.pictures):
        raise DataError(
            f'{files[0]} and the other files of YOLO hold boxes, not segments: there are no areas '
            'to draw; export segmentations'
        )
    return content


def _list_of_names(start: Path, root: Path) -> Path | None:
    """The nearest list of classes, from the folder of the annotations up."""
    for folder in upwards(start, root):
        for name in _LISTS:
            if (folder / name).is_file():
                return folder / name
        for path in (*sorted(folder.glob('*.yaml')), *sorted(folder.glob('*.yml'))):
            with suppress(DataError):  # settings of a training, say
                read_classes(path)
                return path
    return None


def _picture(path: Path, text: str, names: dict[int, str], content: Content) -> Picture:
    picture = Picture(path.stem, path)
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split()
        if not cells:
            continue
        if len(cells) == 5 and _LINE.fullmatch(line):
            content.left_out['boxes'] += 1
            continue
        try:
            label, ring = _segment(cells, names)
        except DataError as error:
            picture.faults.append(f'line {number}: {error}')
        else:
            found.append(
                (area(ring), Shape(label, Outline([ring], is_relative=True), f'line {number}'))
            )
    found.sort(key=lambda pair: -pair[0])
    picture.shapes = [shape for _, shape in found]
    return picture


def _segment(cells: list[str], names: dict[int, str]) -> tuple[str, np.ndarray]:
    ring = corners_of(cells[1:])
    try:
        number = float(cells[0])
    except ValueError as error:
        raise DataError(f'its class is {cells[0]!r}, no number') from error
    if number not in names:
        raise DataError(f'there is no class {cells[0]}')
    if ring.min() < -_SLACK or ring.max() > 1 + _SLACK:
        raise DataError('a corner of it is not from 0 to 1')
    return names[int(number)], ring
