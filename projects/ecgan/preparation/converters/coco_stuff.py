"""COCO-Stuff: photos and pixel maps as they are, and instance maps drawn from COCO's objects.

The pixel maps (stuffthingmaps_trainval2017) have ids minus one and 255 for unlabelled, which is
what the recipes read. COCO's objects come as polygons, or, for crowds, as run lengths.
"""

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from ...datasets.label_files import map_values
from ...errors import DataError, MissingFileError
from ..parallel import in_processes
from .common_steps import Converted, check_pairs, listed, write_png

SPLITS = ('train', 'val')
# Objects are numbered behind the ids of the pixel maps.
_FIRST_OBJECT = 256
# Corners of polygons are drawn at 1/8 of a pixel.
_SHIFT = 3


def draw_instances(labels: np.ndarray, objects: Sequence[dict]) -> np.ndarray:
    """Number the objects of a photo.

    A pixel carries 256 + k if object k covers it and the pixel map has the object's class there,
    otherwise the id of the pixel map. So objects that touch differ, and where the two sources
    disagree the pixel map, which is the layout, is right. Small objects lie on large ones.

    Args:
        labels: (H, W) uint8, ids minus one, 255 = unlabelled.
        objects: Objects as in ``instances_*.json``: ``category_id``, ``area``, ``segmentation``.

    Returns:
        (H, W) uint16.

    Raises:
        DataError: A segmentation is neither polygons nor run lengths of this size.
    """
    numbers = labels.astype(np.uint16)
    by_size = sorted(objects, key=lambda each: -each['area'])
    for index, each in enumerate(by_size, _FIRST_OBJECT):
        covered = _mask(each['segmentation'], labels.shape)
        numbers[covered & (labels == each['category_id'] - 1)] = index
    return numbers


def _mask(segmentation: list | dict, shape: tuple[int, int]) -> np.ndarray:
    """Where an object is, (H, W) bool."""
    mask = np.zeros(shape, np.uint8)
    if isinstance(segmentation, list):
        for polygon in segmentation:
            # One by one: drawn together, what lies in two polygons would be left out.
            corners = np.reshape(polygon, (-1, 1, 2)) * 2**_SHIFT
            cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1, shift=_SHIFT)
        return mask.astype(bool)
    counts = segmentation.get('counts')
    size = tuple(segmentation.get('size', ()))
    if not isinstance(counts, list) or size != shape or sum(counts) != mask.size:
        raise DataError(f'run lengths of {size} do not fit a map of {shape} (height, width)')
    # Runs of 0 and 1 in turn, column by column.
    values = np.repeat(np.arange(len(counts)) % 2, counts)
    return values.reshape(shape[::-1]).T.astype(bool)


def convert_coco_stuff(
    source: Path,
    destination: Path,
    splits: Sequence[str] = SPLITS,
    jobs: int = 1,
    copy: bool = False,
) -> list[Converted]:
    """Make the tree that ``coco_stuff_256x256.py`` reads; what is there already is kept.

    Args:
        source: With ``{split}2017/*.jpg``, ``stuffthingmaps/{split}2017/*.png`` and
            ``annotations/instances_{split}2017.json``.
        destination: Gets ``{split}_img``, ``{split}_label`` and ``{split}_inst``.
        splits: Of 'train' and 'val'.
        jobs: Processes that draw.
        copy: Copy photos and pixel maps; False links their folders.

    Returns:
        What was done for each split.

    Raises:
        MissingFileError: A folder or file is missing.
        DataError: Photos and maps do not pair, or a file does not hold what it should.
    """
    results = []
    for split in splits:
        photos, maps = source / f'{split}2017', source / 'stuffthingmaps' / f'{split}2017'
        names = listed(maps, '.png', 'stuffthingmaps_trainval2017.zip')
        check_pairs(listed(photos, '.jpg', f'{split}2017.zip'), names, photos)
        for folder, kind in ((photos, 'img'), (maps, 'label')):
            _provide(folder, destination / f'{split}_{kind}', copy)
        target = destination / f'{split}_inst'
        left = [name for name in names if not (target / f'{name}.png').is_file()]
        objects = _objects(source / f'annotations/instances_{split}2017.json') if left else {}
        in_processes(
            _convert_one,
            [names[name] for name in left],
            [objects.get(name, []) for name in left],
            [target] * len(left),
            jobs=jobs,
            doing=f'drawing instances of {split}',
        )
        results.append(Converted(str(target), len(left), len(names) - len(left)))
    return results


def _convert_one(path: Path, objects: Sequence[dict], target: Path) -> None:
    labels = map_values(path, str(path))
    if labels.ndim != 2 or labels.dtype != np.uint8:
        raise DataError(f'{path} is no pixel map: it has values of shape {labels.shape}')
    try:
        write_png(draw_instances(labels, objects), target / path.name)
    except DataError as error:
        raise DataError(f'{path}: {error}') from error


def _objects(path: Path) -> dict[str, list[dict]]:
    """The objects of each photo, by its name."""
    if not path.is_file():
        raise MissingFileError(f'no {path}: unpack annotations_trainval2017.zip there')
    try:
        content = json.loads(path.read_bytes())
        names = {each['id']: Path(each['file_name']).stem for each in content['images']}
        found = defaultdict(list)
        for each in content['annotations']:
            kept = {key: each[key] for key in ('category_id', 'area', 'segmentation')}
            found[names[each['image_id']]].append(kept)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f'{path} is not a whole instances file of COCO ({type(error).__name__}: {error})'
        ) from error
    return found


def _provide(folder: Path, target: Path, copy: bool) -> None:
    """Make a folder appear at another place."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if not copy:
        target.symlink_to(os.path.relpath(folder, target.parent), target_is_directory=True)
        return
    # Under another name until it is whole.
    partial = target.with_name(f'.{target.name}.part')
    shutil.copytree(folder, partial, dirs_exist_ok=True)
    partial.rename(target)
