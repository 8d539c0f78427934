"""COCO's JSON of instances or stuff, polygons and runs.

Roboflow, CVAT, Label Studio, datumaro and others write it, too. Later annotations of the list lie
above earlier ones, as in a loop over pycocotools' masks; datumaro 1.13.12 has it the other way
round.
"""

from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

from ...errors import DataError
from .content import Content, Draw, Picture, Shape, colour_of, shown, size_of
from .drawing import Outline, Patch, Size, corners_of, pasted
from .files import each_of, load_json, objects, text_of
from .run_lengths import coco_mask

# What tells images and categories apart.
_NUMBERS = int | float | str


def recognises(content: Any) -> bool:
    """Whether JSON is of this form."""
    return isinstance(content, dict) and all(
        isinstance(content.get(key), list) for key in ('images', 'annotations', 'categories')
    )


def read(files: list[Path], folder: Path) -> Content:
    """Read files whose pictures differ; of files with the same pictures that with most classes.

    Args:
        files: One for each split, say.
        folder: The folder they were found in.

    Raises:
        DataError: A file is not of this form, or holds boxes alone.
    """
    content = Content()
    loaded = read_each(files, content)
    for path, json in loaded:
        add_labels(json['categories'], path, content)
        _read_one(path, json, content)
    is_empty = not any(picture.shapes or picture.faults for picture in content.pictures)
    if is_empty and not content.faults:
        left = ', '.join(f'{count} {kind}' for kind, count in content.left_out.items())
        raise DataError(
            f'{files[0]} has no areas to draw ({left or "no annotations"}); export segmentations, '
            'as polygons or masks'
        )
    return content


def read_each(files: list[Path], content: Content) -> list[tuple[Path, dict]]:
    """Load the files that are used; a file that has pictures of one with more classes is noted."""
    loaded = []
    for path in files:
        json = load_json(path)
        for key in ('images', 'annotations', 'categories'):
            objects(json.get(key), path, key)
        loaded.append((path, json))
    loaded.sort(key=lambda pair: (-len(pair[1]['categories']), pair[0]))
    taken: dict[tuple, Path] = {}
    used = []
    for path, json in loaded:
        names = {(path.parent, str(each.get('file_name'))) for each in json['images']}
        rival = next((taken[name] for name in names if name in taken), None)
        if rival:
            content.notes.append(
                f'{path} is not used: it has pictures of {rival}, which has as many classes or more'
            )
            continue
        taken |= dict.fromkeys(names, path)
        used.append((path, json))
    return sorted(used, key=lambda pair: pair[0])


def add_labels(categories: list[dict], path: Path, content: Content) -> dict[Any, str]:
    """Classes in the order of their ids in the file.

    Returns:
        Name of each category id.
    """
    try:
        categories = sorted(categories, key=lambda each: int(each['id']))
        names = {each['id']: text_of(each.get('name'), 'name') for each in categories}
    except (KeyError, TypeError, ValueError, OverflowError, DataError) as error:
        raise DataError(f'{path}: a category has no name, or an id that is no number') from error
    if len(names) < len(categories):
        raise DataError(f'{path}: two categories have the same id')
    twice = sorted({name for name in names.values() if list(names.values()).count(name) > 1})
    if twice:
        content.notes.append(f'{path}: several categories of one name are one class: {twice[0]}')
    for each in categories:
        name = str(each['name'])
        content.labels[name] = content.labels.get(name) or colour_of(each.get('color'))
    return names


def _read_one(path: Path, json: dict, content: Content) -> None:
    names = {each['id']: str(each['name']) for each in json['categories']}
    pictures: dict[Any, Picture] = {}
    for where, each in each_of(json['images'], 'image'):
        try:
            number, name = each.get('id'), text_of(each.get('file_name'), 'file_name')
            if not isinstance(number, _NUMBERS):
                raise DataError('it has no id')
            picture = Picture(name, path, size_of(each.get('height'), each.get('width')))
        except DataError as error:
            raise DataError(f'{path}: {where}: {error}') from error
        if number in pictures:
            raise DataError(f'{path}: two images have the id {number}')
        pictures[number] = picture
    strangers = defaultdict(list)
    for where, each in each_of(json['annotations'], 'annotation'):
        number = each.get('image_id')
        picture = pictures.get(number) if isinstance(number, _NUMBERS) else None
        if picture is None:
            strangers[str(number)].append(where)
            continue
        segmentation = each.get('segmentation')
        if not segmentation:
            kind = 'boxes without a segmentation' if each.get('bbox') else 'without a segmentation'
            content.left_out[kind] += 1
            continue
        try:
            shape = Shape(_name(each, names), segmentation_of(segmentation), where)
        except DataError as error:
            picture.faults.append(f'{where}: {error}')
        else:
            picture.shapes.append(shape)
    content.pictures += pictures.values()
    content.faults += [
        f'{path}: {shown(some)}: there is no image {number}' for number, some in strangers.items()
    ]


def _name(annotation: dict, names: dict[Any, str]) -> str:
    category = annotation.get('category_id')
    if not isinstance(category, _NUMBERS) or category not in names:
        raise DataError(f'there is no category {category}')
    return names[category]


def segmentation_of(segmentation: Any) -> Draw:
    """How a segmentation is drawn: polygons or runs.

    Raises:
        DataError: It is neither.
    """
    if isinstance(segmentation, dict):
        return partial(_runs, segmentation)
    if not isinstance(segmentation, list):
        raise DataError('its segmentation is neither polygons nor run lengths')
    if all(isinstance(each, dict) for each in segmentation):
        raise DataError('its segmentation is a list of objects, not of polygons')
    if all(isinstance(each, int | float) for each in segmentation):
        segmentation = [segmentation]
    return Outline([corners_of(each) for each in segmentation])


def _runs(segmentation: dict, size: Size) -> Patch:
    return pasted(coco_mask(segmentation, size), 0, 0, size)
