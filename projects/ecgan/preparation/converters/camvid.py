"""CamVid of SegNet's release (480 x 360) to the smaller copy that the recipes read (360 x 270)."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from ...compat.atomic_checkpoints import write_atomically
from ...datasets.label_files import map_values
from ...errors import DataError
from ..parallel import in_processes
from .common_steps import Converted, check_pairs, listed, write_png

SPLITS = ('train', 'val', 'test')
SIZE = (270, 360)  # height, width
# 11 classes, and 11 for unlabelled.
_HIGHEST_ID = 11
_QUALITY = 92


def convert_camvid(
    source: Path, destination: Path, size: tuple[int, int] = SIZE, jobs: int = 1
) -> list[Converted]:
    """Resize photos and label maps; what is there already is kept.

    Photos by Lanczos' filter, as JPEG of quality 92 without subsampling of colours; maps by the
    nearest rule, source index floor(i * in / out). Ids stay.

    Args:
        source: With ``train``, ``trainannot``, ``val``, ``valannot``, ``test`` and ``testannot``.
        destination: Gets ``images/{split}/*.jpg`` and ``labels/{split}/*.png``.
        size: Height and width.
        jobs: Processes.

    Returns:
        What was done for each split.

    Raises:
        MissingFileError: A folder is missing.
        DataError: Photos and maps do not pair, or a file does not hold what it should.
    """
    results = []
    for split in SPLITS:
        release = "the CamVid folder of SegNet's release"
        photos = listed(source / split, '.png', release)
        maps = listed(source / f'{split}annot', '.png', release)
        check_pairs(photos, maps, source / split)
        # Of a pair the map is written last: where it is, the photo is too.
        targets = {name: destination / f'labels/{split}/{name}.png' for name in photos}
        left = [name for name in photos if not targets[name].is_file()]
        in_processes(
            _convert_one,
            [photos[name] for name in left],
            [maps[name] for name in left],
            [destination / f'images/{split}/{name}.jpg' for name in left],
            [targets[name] for name in left],
            [size] * len(left),
            jobs=jobs,
            doing=f'resizing {split}',
        )
        results.append(
            Converted(str(destination / f'*/{split}'), len(left), len(photos) - len(left))
        )
    return results


def _convert_one(
    photo: Path, label_map: Path, new_photo: Path, new_map: Path, size: tuple[int, int]
) -> None:
    ids = map_values(label_map, str(label_map))
    if ids.ndim != 2 or ids.max() > _HIGHEST_ID:
        raise DataError(
            f'{label_map} is no label map of this release: ids run from 0 to {_HIGHEST_ID}, '
            + (f'it has {ids.max()}' if ids.ndim == 2 else 'it has colours')
        )
    try:
        with Image.open(photo) as picture:
            picture = picture.convert('RGB')
    except OSError as error:
        raise DataError(f'cannot read {photo} as a picture') from error
    if picture.size != ids.shape[::-1]:
        raise DataError(f'{photo} is of size {picture.size}, its map of {ids.shape[::-1]}')
    content = io.BytesIO()
    resized = picture.resize(size[::-1], Image.Resampling.LANCZOS)
    resized.save(content, 'JPEG', quality=_QUALITY, subsampling=0)
    write_atomically(content.getvalue(), new_photo)
    rows, columns = (np.arange(new) * old // new for old, new in zip(ids.shape, size, strict=True))
    write_png(ids[rows][:, columns].astype(np.uint8), new_map)
