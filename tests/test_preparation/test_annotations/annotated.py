"""Small annotated folders, and the maps that are drawn of them."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from projects.ecgan.preparation.annotations import draw, find_annotations
from projects.ecgan.preparation.classes import ClassRow


class Drawn(NamedTuple):
    """Maps by their names, classes as (id, name), and all that was said, in one text."""

    maps: dict[str, np.ndarray]
    classes: list[tuple[int, str]]
    notes: str
    rows: list[ClassRow]

    @property
    def only(self) -> np.ndarray:
        (values,) = self.maps.values()
        return values


def put(path: Path, content: object) -> None:
    """Write a file: text as it is, a pair (height, width) as a photo, all else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content)
    elif isinstance(content, tuple):
        Image.new('RGB', content[::-1]).save(path)
    else:
        path.write_text(json.dumps(content))


def drawn(folder: Path, photos: Path | None = None, **files: object) -> Drawn:
    """Put files (``a__b_json`` would be no path: give a dict by ``**``) and draw the maps."""
    for name, content in files.items():
        put(folder / name, content)
    source = find_annotations(folder)
    assert source is not None
    out = folder.parent / f'{folder.name}_maps'
    result = draw(source, photos, out)
    assert result.folder == out
    maps = {
        path.relative_to(out).as_posix(): np.asarray(Image.open(path))
        for path in sorted(out.rglob('*.png'))
    }
    classes = [(row.id, row.name) for row in result.classes]
    return Drawn(maps, classes, '\n'.join(result.notes), result.classes)


def grid(*rows: str) -> np.ndarray:
    """A map by hand: a digit a pixel, '.' is unknown."""
    return np.array([[255 if c == '.' else int(c) for c in row] for row in rows])


def box(left: float, top: float, right: float, bottom: float) -> list[float]:
    """Corners of a box, x and y in turn."""
    return [left, top, right, top, right, bottom, left, bottom]
