"""Drawn photos with objects whose outlines are known; needs NumPy and Pillow alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

HEIGHT, WIDTH, COUNT = 64, 96, 6
NAMES = ('background', 'road', 'car', 'tree')
COLOURS = np.array([[0, 0, 0], [128, 64, 128], [64, 0, 128], [128, 128, 0]], np.uint8)
STEMS = tuple(f'p{index:02}' for index in range(COUNT))


class Thing(NamedTuple):
    """An object: number of its class from 1 on, and the corners (x, y) of its outline."""

    kind: int
    corners: tuple[tuple[int, int], ...]

    @property
    def mask(self) -> np.ndarray:
        """Its pixels (H, W) bool: those whose centre lies inside."""
        y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
        inside = np.zeros((HEIGHT, WIDTH), bool)
        for (x0, y0), (x1, y1) in zip(self.corners, self.corners[1:] + self.corners[:1]):
            if y0 != y1:
                inside ^= ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
        return inside

    @property
    def flat(self) -> list[int]:
        """Corners as COCO has them: x, y, x, y ..."""
        return [number for corner in self.corners for number in corner]

    @property
    def box(self) -> list[int]:
        """Left, top, width, height."""
        (left, top), (right, bottom) = np.min(self.corners, 0), np.max(self.corners, 0)
        return [int(left), int(top), int(right - left), int(bottom - top)]


def scene(index: int) -> list[Thing]:
    """Objects in the order of drawing: four beside each other, one upon the first of them."""
    rng = np.random.default_rng(100 + index)
    kinds = [1, 2, 3, int(rng.integers(1, 4))]
    rng.shuffle(kinds)
    things = []
    for place, kind in enumerate(kinds):
        left, top = 24 * place + int(rng.integers(1, 4)), int(rng.integers(4, 20))
        right, bottom = left + int(rng.integers(16, 20)), top + int(rng.integers(20, 36))
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        if place % 2:
            corners = ((left, top + 6), (left + 8, top), (right, top + 4), (right, bottom - 8),
                       (left + 6, bottom))  # fmt: skip
        things.append(Thing(kind, corners))
    left, top, _, _ = things[0].box
    inner = ((left + 4, top + 5), (left + 12, top + 5), (left + 12, top + 14), (left + 4, top + 14))
    return [*things, Thing(kinds[0] % 3 + 1, inner)]


def label_map(index: int) -> np.ndarray:
    """Ids (H, W) uint8: 0 is background, what is drawn later lies above."""
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    for thing in scene(index):
        drawn[thing.mask] = thing.kind
    return drawn


def instance_map(index: int) -> np.ndarray:
    """Numbers of the objects (H, W) uint8, from 1 on."""
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    for number, thing in enumerate(scene(index), 1):
        drawn[thing.mask] = number
    return drawn


MAPS = [label_map(index) for index in range(COUNT)]


def write_photo(path: Path, index: int) -> None:
    """A photo of the scene, with noise, so that no two are alike."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(index).integers(0, 60, (HEIGHT, WIDTH, 3))
    Image.fromarray((COLOURS[MAPS[index]] + noise).astype(np.uint8)).save(path)


def write_photos(folder: Path, end: str = '.jpg', stems: Sequence[str] = STEMS) -> None:
    """All photos."""
    for index, stem in enumerate(stems):
        write_photo(folder / f'{stem}{end}', index)


def write_map(path: Path, ids: np.ndarray, palette: np.ndarray | None = None) -> None:
    """A label map, a picture in colours, or one with a palette."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if palette is None:
        Image.fromarray(ids).save(path)
        return
    picture = Image.frombytes('P', ids.shape[::-1], ids.astype(np.uint8).tobytes())
    picture.putpalette(palette.ravel().tolist())
    picture.save(path)


def write_maps(folder: Path, end: str = '.png', colours: bool = False, palette=None) -> None:
    """All label maps."""
    for stem, ids in zip(STEMS, MAPS):
        write_map(folder / f'{stem}{end}', COLOURS[ids] if colours else ids, palette)


def write_text(path: Path, text: str) -> None:
    """A text file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
