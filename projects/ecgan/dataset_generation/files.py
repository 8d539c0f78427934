"""The files of a set: what mmsegmentation reads as it is, and where each picture comes from.

::

    DIR/images/NAME.png    pictures
    DIR/labels/NAME.png    ids of the classes, unknown 255 (with more than 255 classes 65535)
    DIR/list.txt           the names
    DIR/dataset.py         a config: ``dataset = dict(type='BaseSegDataset', ...)``
    DIR/set.json           model, settings, classes, palette; how many pictures, pixels by class
    DIR/pictures.jsonl     of each picture: label map, changes, seed of the noise
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..compat.atomic_checkpoints import write_atomically
from ..datasets.label_files import UNKNOWN
from ..errors import ConfigError
from ..visualization import write_image

IMAGES, LABELS = 'images', 'labels'
LIST, CONFIG, ABOUT, ROWS = 'list.txt', 'dataset.py', 'set.json', 'pictures.jsonl'
_CONFIG = """\
# Pictures made by `ecgan make-dataset`, for mmsegmentation: in a config of yours
# _base_ = ['.../dataset.py'] and train_dataloader = dict(dataset=_base_.dataset).
dataset = dict(
    type='mmseg.BaseSegDataset',
    data_root='{{{{ fileDirname }}}}',
    data_prefix=dict(img_path='images', seg_map_path='{labels}'),
    ann_file='{names}',
    img_suffix='.png',
    seg_map_suffix='.png',
    metainfo=dict(classes={classes!r}, palette={palette!r}),
    pipeline=[
        dict(type='LoadImageFromFile'),
        dict(type='LoadAnnotations'),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PackSegInputs'),
    ],
)
"""


class SetFiles:
    """A set's folder.

    Args:
        folder: The folder; made with the first picture where it is missing.
        about: What decides the pictures: model, settings, classes and palette.

    Raises:
        ConfigError: The folder holds a set with other settings, or something else.
    """

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self.folder, self.about = folder, about
        file = folder / ABOUT
        if file.is_file():
            former = json.loads(file.read_text(encoding='utf-8'))
            differing = [key for key in about if former.get(key) != about[key]]
            if differing:
                key = differing[0]
                raise ConfigError(
                    f'{folder} holds a set made with another {key} ({former.get(key)!r}, now '
                    f'{about[key]!r}): choose another --out, or remove it'
                )
        elif folder.is_dir() and any(folder.iterdir()):
            raise ConfigError(f'{folder} holds files that are no set of pictures: give another one')
        self.rows = {row['name']: row for row in read_rows(folder) if self._is_there(row['name'])}

    def picture_file(self, name: str) -> Path:
        """File of a picture."""
        return self.folder / IMAGES / f'{name}.png'

    def label_file(self, name: str) -> Path:
        """File of a picture's label map."""
        return self.folder / LABELS / f'{name}.png'

    def add(self, row: dict[str, Any], picture: np.ndarray, labels: np.ndarray) -> None:
        """Write a picture, its label map, and last the line that says that both are there.

        Args:
            row: Its ``name``, and what it was made of.
            picture: (H, W, 3) uint8, RGB.
            labels: (H, W) ids, unknown as in files.
        """
        if not (self.folder / ABOUT).is_file():
            self._write_json(self.about)
        write_image(self.picture_file(row['name']), picture[..., ::-1])
        write_labels(self.label_file(row['name']), labels)
        with open(self.folder / ROWS, 'a', encoding='utf-8') as file:
            file.write(json.dumps(row) + '\n')
        self.rows[row['name']] = row

    def finish(self, names: Sequence[str], pixels: Sequence[int]) -> None:
        """Write the list, the config and the counts.

        Args:
            names: The pictures that belong to the set.
            pixels: Pixels of each class.
        """
        classes, palette = self.about['classes'], self.about['palette']
        write_list(self.folder, LIST, names)
        write_config(self.folder, CONFIG, classes, palette)
        by_class = dict(zip(classes, (int(count) for count in pixels)))
        self._write_json({**self.about, 'pictures': len(names), 'pixels': by_class})

    def _is_there(self, name: str) -> bool:
        return self.picture_file(name).is_file() and self.label_file(name).is_file()

    def _write_json(self, content: dict[str, Any]) -> None:
        text = json.dumps(content, indent=1) + '\n'
        write_atomically(text.encode(), self.folder / ABOUT)


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """What is known of each picture; a line that a kill cut off is left out."""
    file, rows = folder / ROWS, []
    for line in file.read_text(encoding='utf-8').splitlines() if file.is_file() else ():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return rows


def write_list(folder: Path, name: str, names: Sequence[str]) -> None:
    """Write the names of a set's pictures, a line each."""
    write_atomically(''.join(f'{each}\n' for each in names).encode(), folder / name)


def write_config(
    folder: Path,
    name: str,
    classes: Sequence[str],
    palette: Sequence[Sequence[int]],
    labels: str = LABELS,
    names: str = LIST,
) -> None:
    """Write a config of mmsegmentation's data set."""
    text = _CONFIG.format(
        labels=labels, names=names, classes=tuple(classes), palette=[list(c) for c in palette]
    )
    write_atomically(text.encode(), folder / name)


def write_labels(path: Path, labels: np.ndarray) -> None:
    """Write ids as a grey PNG of 8 bits, or of 16 where they need it."""
    dtype = np.uint8 if labels.max(initial=0) <= UNKNOWN else np.uint16
    content = cv2.imencode('.png', labels.astype(dtype))[1]
    write_atomically(content.tobytes(), path)
