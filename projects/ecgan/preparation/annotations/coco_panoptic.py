"""COCO's panoptic form: JSON, and PNGs whose colours are numbers of segments."""

from collections import defaultdict
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ...datasets.label_files import colour_numbers
from ...errors import DataError, MissingFileError
from ..pairing.places import pictures_below
from .coco import add_labels, read_each
from .content import Content, Picture, Shape, shown, size_of
from .drawing import Patch, Size
from .files import each_of, load_json, objects
from .photos import path_parts


def recognises(content: Any) -> bool:
    """Whether JSON is of this form."""
    if not isinstance(content, dict) or not isinstance(content.get('categories'), list):
        return False
    some = content.get('annotations')
    return isinstance(some, list) and any(
        isinstance(each, dict) and 'segments_info' in each for each in some[:100]
    )


def read(files: list[Path], folder: Path) -> Content:
    """Read files and find the PNGs of each.

    Raises:
        MissingFileError: A file has no folder of PNGs.
        DataError: A file is not of this form.
    """
    content = Content()
    for path, json in read_each(files, content):
        names = add_labels(json['categories'], path, content)
        pngs = picture_folder(path, json['annotations'], folder)
        if pngs is None:
            raise MissingFileError(
                f'no folder has the PNGs of {path}; it should be {path.with_suffix("")}'
            )
        images = {str(each.get('id')): each for each in json['images']}
        annotated = set()
        for where, each in each_of(json['annotations'], 'annotation'):
            if not path_parts(str(each.get('file_name') or '')):
                raise DataError(f'{path}: {where} has no file_name')
            image = images.get(str(each.get('image_id')), {})
            annotated.add(str(each.get('image_id')))
            content.pictures.append(_picture(where, each, image, path, pngs, names))
        content.pictures += [
            Picture(str(image.get('file_name')), path)
            for number, image in images.items()
            if number not in annotated
        ]
    return content


def picture_folders(files: list[Path], folder: Path) -> list[Path]:
    """Folders of the PNGs of files, those that are found."""
    found = []
    for path in files:
        try:
            annotations = objects(load_json(path).get('annotations'), path, 'annotations')
        except DataError:
            continue
        found.append(picture_folder(path, annotations, folder))
    return [each for each in found if each]


def picture_folder(path: Path, annotations: list[dict], folder: Path) -> Path | None:
    """The folder of a file's PNGs: called as it is, or one that holds the first of them."""
    if path.with_suffix('').is_dir():
        return path.with_suffix('')
    first = next((str(each['file_name']) for each in annotations if each.get('file_name')), None)
    if first is None:
        return None
    name = path_parts(first)[-1]
    some = sorted(
        {
            folder / png.parent
            for png in map(Path, pictures_below(folder, ('.png',)))
            if png.name == name
        }
    )
    return max(some, key=lambda each: 'panoptic' in each.name.lower(), default=None)


def _picture(
    where: str, annotation: dict, image: dict, path: Path, pngs: Path, names: dict
) -> Picture:
    png = pngs / path_parts(str(annotation['file_name']))[-1]
    picture = Picture(str(image.get('file_name') or annotation['file_name']), path)
    numbers: dict[str, list[int]] = defaultdict(list)
    try:
        picture.size = size_of(image.get('height'), image.get('width'))
        for each in annotation['segments_info']:
            if each['category_id'] not in names:
                raise DataError(f'segment {each["id"]}: there is no category {each["category_id"]}')
            numbers[names[each['category_id']]].append(int(each['id']))
    except DataError as error:
        picture.faults.append(f'{where}: {error}')
    except (KeyError, TypeError, ValueError, OverflowError):
        picture.faults.append(f'{where}: its segments_info lacks id or category_id')
    else:
        known = frozenset(number for some in numbers.values() for number in some)
        picture.shapes = [
            Shape(label, partial(_drawn, png, tuple(some), known), where)
            for label, some in numbers.items()
        ]
    return picture


def _drawn(png: Path, numbers: tuple[int, ...], known: frozenset[int], size: Size) -> Patch:
    found = _numbers(png)
    if found.shape != size:
        raise DataError(
            f'{png.name} is {found.shape[1]} x {found.shape[0]}, the picture is '
            f'{size[1]} x {size[0]} (width x height)'
        )
    strangers = sorted(set(np.unique(found).tolist()) - known - {0})
    if strangers:
        raise DataError(
            f'{png.name} has segments that segments_info does not name: {shown(strangers)}'
        )
    return Patch(0, 0, np.isin(found, numbers))


# A picture's segments are asked for one label after the other.
@lru_cache(maxsize=1)
def _numbers(png: Path) -> np.ndarray:
    """Number of the segment of each pixel, R + 256 G + 65536 B; 0 is none."""
    try:
        with Image.open(png) as picture:
            if picture.mode not in ('RGB', 'RGBA', 'P'):
                raise DataError(f'{png} has no colours ({picture.mode}), which number the segments')
            colours = np.asarray(picture.convert('RGB'))
    except FileNotFoundError as error:
        raise DataError(f'there is no {png}') from error
    except DataError:
        raise
    except Exception as error:
        raise DataError(f'cannot read {png} as a picture') from error
    return colour_numbers(colours[..., ::-1])
