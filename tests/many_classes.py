"""Data sets at and beyond 255 classes: as many maps of 16 bits as hold each id, some of them void.

A map is 64 x 64 pixels in blocks of 4 x 4. Block b (of 240, row by row) of map m is class
(240 m + b) modulo the number of classes; the last row of blocks is void, 65535 in the files.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from projects.ecgan.datasets import generated_palette

COUNTS = (255, 256, 257, 300)
#: By the rule: 255 where it is no class, else 65535.
UNKNOWN_OF = {255: 255, 256: 65535, 257: 65535, 300: 65535}
MAPS = 5
BLOCK, SIDE = 4, 64


def classes_of(index: int, count: int) -> np.ndarray:
    """(64, 64) class of each pixel of a map, -1 for void."""
    blocks = (np.arange(240) + 240 * index) % count
    blocks = np.concatenate([blocks, np.full(16, -1)]).reshape(16, 16)
    return np.repeat(np.repeat(blocks, BLOCK, 0), BLOCK, 1)


def layout_of(index: int, count: int) -> np.ndarray:
    """(64, 64) ids of a layout, unknown among them."""
    classes = classes_of(index, count)
    return np.where(classes < 0, UNKNOWN_OF[count], classes)


def write_tree(root: Path, count: int, coding: str = 'void') -> Path:
    """``images/``, ``labels/`` and ``classes.txt``.

    ``coding``: 'void': the list ends in ``65535 void``; 'gap': void is 255, not in the list, whose
    ids go on at 256, as drawn annotations have it; 'colours': colours, void is black.
    """
    names = [f't{index}' for index in range(count)]
    in_files = np.append(np.arange(count), 65535)
    if coding == 'gap':
        in_files = np.append(np.arange(count) + (np.arange(count) >= 255), 255)
    colours = np.array([*generated_palette(count), (0, 0, 0)], np.uint8)
    for name in ('images', 'labels'):
        (root / name).mkdir(parents=True)
    noise = np.random.default_rng(0)
    for index in range(MAPS):
        classes = classes_of(index, count)
        written = colours[classes] if coding == 'colours' else in_files[classes].astype(np.uint16)
        Image.fromarray(written).save(root / 'labels' / f'{index}.png')
        photo = noise.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        Image.fromarray(photo).save(root / 'images' / f'{index}.png')
    rows = [*zip(in_files, names)] if coding == 'gap' else [*zip(in_files, [*names, 'void'])]
    lines = [f'{index} {name}' for index, name in rows]
    if coding == 'colours':
        lines = [f'{line} {" ".join(map(str, rgb))}' for line, rgb in zip(lines, colours.tolist())]
    (root / 'classes.txt').write_text('\n'.join(lines) + '\n')
    return root
