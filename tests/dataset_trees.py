"""Small copies of the data sets' trees, folders and names as they are downloaded."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

COUNT = 4
SIZE = (96, 192)  # height, width


def _regions(rng: np.random.Generator, ids: Sequence[int]) -> np.ndarray:
    """A map of large regions."""
    small = rng.choice(ids, (SIZE[0] // 24, SIZE[1] // 24))
    return np.kron(small, np.ones((24, 24), small.dtype))


def _write(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), values)


def _photo(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, (*SIZE, 3), np.uint8)


def _samples(*splits: str) -> Iterator[tuple[str, int, np.random.Generator]]:
    """Split, number and random numbers of each sample."""
    for split in splits:
        rng = np.random.default_rng(len(split))
        yield from ((split, index, rng) for index in range(COUNT))


def write_cityscapes(root: Path) -> None:
    """``leftImg8bit`` and ``gtFine`` with a folder a city; instances as id * 1000 + number."""
    for split, index, rng in _samples('train', 'val'):
        name = f'ulm/ulm_{index:06d}_000019'
        labels = _regions(rng, range(34)).astype(np.uint8)
        truth = root / 'cityscapes/gtFine' / split
        _write(root / f'cityscapes/leftImg8bit/{split}/{name}_leftImg8bit.png', _photo(rng))
        _write(truth / f'{name}_gtFine_labelIds.png', labels)
        instances = labels.astype(np.uint16) * 1000
        _write(truth / f'{name}_gtFine_instanceIds.png', instances)
        # Is there in the original, too, and not to be taken.
        _write(truth / f'{name}_gtFine_color.png', _photo(rng))


def write_ade20k(root: Path) -> None:
    """``images`` and ``annotations``; 0 is unknown, classes are 1 to 150."""
    for split, index, rng in _samples('training', 'validation'):
        name = f'ADE_{split[:5]}_{index:08d}'
        _write(root / f'ADEChallengeData2016/images/{split}/{name}.jpg', _photo(rng))
        labels = _regions(rng, range(151)).astype(np.uint8)
        _write(root / f'ADEChallengeData2016/annotations/{split}/{name}.png', labels)


def write_coco_stuff(root: Path, folder: str = 'coco_stuff') -> None:
    """``train_img``, ``train_label``, ``train_inst`` and the same of ``val``; 255 is unknown."""
    for split, index, rng in _samples('train', 'val'):
        name = f'{index:012d}'
        labels = _regions(rng, [*range(182), 255]).astype(np.uint8)
        _write(root / f'{folder}/{split}_img/{name}.jpg', _photo(rng))
        _write(root / f'{folder}/{split}_label/{name}.png', labels)
        _write(root / f'{folder}/{split}_inst/{name}.png', labels)


def write_camvid(root: Path) -> None:
    """The smaller copy: ``images`` and ``labels`` with a folder a split; 11 is unlabelled."""
    for split, index, rng in _samples('train', 'test'):
        name = f'{split}/0001TP_{index:06d}'
        _write(root / f'camvid/images/{name}.jpg', _photo(rng))
        _write(root / f'camvid/labels/{name}.png', _regions(rng, range(12)).astype(np.uint8))


def write_made(root: Path) -> None:
    """A set of ``ecgan make-dataset``: ``images``, ``labels`` and the list of their names."""
    names = []
    for _, index, rng in _samples('made'):
        names.append(f'layout_{index}')
        _write(root / f'images/{names[-1]}.png', _photo(rng))
        _write(root / f'labels/{names[-1]}.png', _regions(rng, range(8)).astype(np.uint8))
    (root / 'list.txt').write_text('\n'.join(names))


WRITERS = {
    'cityscapes': write_cityscapes,
    'ade20k': write_ade20k,
    'camvid': write_camvid,
    'coco-stuff': write_coco_stuff,
    'coco-stuff-sample': lambda root: write_coco_stuff(root, 'coco_stuff_sample'),
}
