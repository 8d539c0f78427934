"""Label Studio's JSON and JSON-MIN: brushes, polygons, rectangles, ellipses, in the list's order.

Places are percent of the picture's sides. Of several annotations of a photo the first that nobody
cancelled is taken.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError
from .content import Content, Draw, Picture, Shape, size_of
from .drawing import (
    Outline,
    Patch,
    Size,
    box_corners,
    corners_of,
    ellipse_corners,
    pasted,
    polygons,
)
from .files import each_of, load_json, number_of, objects, text_of
from .photos import PHOTO_SUFFIXES, spellings
from .run_lengths import label_studio_values


def recognises(content: Any) -> bool:
    """Whether JSON is of this form: a list of tasks, with results of either form."""
    if not isinstance(content, list) or not content:
        return False
    return all(isinstance(each, dict) for each in content) and any(
        ('data' in each and ('annotations' in each or 'completions' in each))
        or any(_is_result(value) for value in each.values())
        for each in content[:100]
    )


def read(files: list[Path], folder: Path) -> Content:
    """Read exports.

    Raises:
        DataError: A file is not of this form.
    """
    content, several = Content(), 0
    for path in files:
        for where, task in each_of(objects(load_json(path), path, 'the export'), 'task'):
            name = _photo(task.get('data', task))
            if not name:
                content.faults.append(f'{path}: {where} names no picture')
                continue
            results, count = _results(task)
            several += count > 1
            picture = Picture(name, path)
            for place, result in each_of(results, 'region'):
                _add(result, f'{where}, {place}', picture, content)
            content.pictures.append(picture)
    if several:
        content.notes.append(
            f'{several} photos are annotated more than once: the first annotation that is not '
            'cancelled is taken'
        )
    content.add_names_of_shapes('the export')
    return content


def _photo(data: Any) -> str:
    """The value that looks like a picture's name, that of 'image' first."""
    if not isinstance(data, dict):
        return ''
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    for key in sorted(texts, key=lambda key: key not in ('image', 'img', 'photo')):
        if any(parts[-1].lower().endswith(PHOTO_SUFFIXES) for parts in spellings(texts[key])):
            return texts[key]
    return texts.get('image', '')


def _is_result(value: Any) -> bool:
    """Whether a value of JSON-MIN is a list of regions."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(each, dict) and _labels(each) is not None for each in value)
    )


def _results(task: dict) -> tuple[list, int]:
    """Regions of a task, and how many annotations there are to choose from."""
    annotations = task.get('annotations', task.get('completions'))
    if not isinstance(annotations, list) or _is_result(annotations):
        return [each for value in task.values() if _is_result(value) for each in value], 1
    kept = [
        each for each in annotations if isinstance(each, dict) and not each.get('was_cancelled')
    ]
    results = kept[0].get('result') if kept else []
    return (results if isinstance(results, list) else []), len(kept)


def _labels(value: Any) -> list | None:
    """Labels of a region: what its '...labels' holds."""
    if not isinstance(value, dict):
        return None
    keys = [key for key in value if key.lower().endswith('labels')]
    return next((value[key] for key in keys if isinstance(value[key], list)), None)


def _add(result: Any, where: str, picture: Picture, content: Content) -> None:
    value = result.get('value', result) if isinstance(result, dict) else None
    labels = _labels(value)
    kind = next(
        (kind for key, kind in _KINDS.items() if isinstance(value, dict) and key in value), ''
    )
    if labels is None or not kind:
        what = result.get('type', 'region') if isinstance(result, dict) else 'region'
        content.left_out[f'{what} without {"area" if labels is not None else "label"}'] += 1
        return
    where = f'{where} ({", ".join(map(str, labels))})'
    try:
        if len(labels) != 1:
            raise DataError(f'it has {len(labels)} labels, not one')
        if result.get('image_rotation'):
            raise DataError('the picture was turned while it was drawn; turn the photo itself')
        size = size_of(result.get('original_height'), result.get('original_width'))
        if size is None:
            raise DataError('it lacks original_width and original_height')
        if picture.size not in (None, size):
            raise DataError('its picture is of another size than that of other regions')
        picture.size = size
        draw = _SHAPES[kind](value, np.array(size[::-1]) / 100)
        picture.shapes.append(Shape(text_of(labels[0], 'label'), draw, where))
    except DataError as error:
        picture.faults.append(f'{where}: {error}')


def _numbers(value: dict, *keys: str) -> list[float]:
    return [number_of(value.get(key, 0 if key == 'rotation' else None), key) for key in keys]


def _polygon(value: dict, scale: np.ndarray) -> Draw:
    return Outline([corners_of(value['points']) * scale])


def _rectangle(value: dict, scale: np.ndarray) -> Draw:
    x, y, width, height, degrees = _numbers(value, 'x', 'y', 'width', 'height', 'rotation')
    (left, top), (right, bottom) = np.array([[x, y], [x + width, y + height]]) * scale
    return partial(polygons, [box_corners(left, top, right, bottom, degrees, 'corner')])


def _ellipse(value: dict, scale: np.ndarray) -> Draw:
    x, y, radius_x, radius_y, degrees = _numbers(value, 'x', 'y', 'radiusX', 'radiusY', 'rotation')
    middle, radii = np.array([x, y]) * scale, np.array([radius_x, radius_y]) * scale
    return partial(polygons, [ellipse_corners(*middle, *radii, degrees)])


def _brush(value: dict, scale: np.ndarray) -> Draw:
    return partial(_painted, value['rle'])


def _painted(stream: Any, size: Size) -> Patch:
    """Pixels that a brush has touched: red, green, blue and alpha of each; alpha is the mask."""
    values = label_studio_values(stream, 4 * size[0] * size[1])
    return pasted(values.reshape(*size, 4)[..., 3] > 0, 0, 0, size)


# What tells a kind: the key of its place.
_KINDS = {'rle': 'brush', 'radiusX': 'ellipse', 'points': 'polygon', 'width': 'rectangle'}
_SHAPES = dict(brush=_brush, ellipse=_ellipse, polygon=_polygon, rectangle=_rectangle)
