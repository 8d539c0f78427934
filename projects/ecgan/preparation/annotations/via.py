"""VIA's JSON (VGG Image Annotator 1 and 2), a project or its annotations.

The label of a region is one of its attributes: that which is called so, or the only one.
"""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError
from .content import Content, Draw, Picture, Shape
from .drawing import Outline, box_corners, corners_of, ellipse_corners, polygons
from .files import load_json, number_of, table_of

_LABELS = ('class', 'label', 'name', 'type', 'category', 'class_name', 'object')
_NO_AREAS = ('polyline', 'point', 'line')


def recognises(content: Any) -> bool:
    """Whether JSON is of this form."""
    some = list(_entries(content).values())[:100]
    return bool(some) and all(
        isinstance(each, dict) and 'filename' in each and 'regions' in each for each in some
    )


def is_version_3(content: Any) -> bool:
    """Whether JSON is a project of VIA 3, which is another form."""
    return isinstance(content, dict) and {'project', 'config', 'file', 'metadata'} <= content.keys()


def _entries(content: Any) -> dict:
    if not isinstance(content, dict):
        return {}
    inner = content.get('_via_img_metadata', content)
    return inner if isinstance(inner, dict) else {}


def read(files: list[Path], folder: Path) -> Content:
    """Read projects.

    Raises:
        DataError: Which attribute is the label cannot be told.
    """
    content = Content()
    loaded = [(path, load_json(path)) for path in files]
    attribute = _label_attribute(loaded, content)
    for path, json in loaded:
        for entry in _entries(json).values():
            if isinstance(entry.get('filename'), str) and entry['filename']:
                content.pictures.append(_picture(entry, path, attribute, content))
            else:
                content.faults.append(f'{path}: an entry has no filename')
        listed = table_of(json.get('_via_attributes')).get('region')
        options = table_of(table_of(listed).get(attribute)).get('options')
        content.labels |= dict.fromkeys(table_of(options))
    content.add_names_of_shapes("the project's options")
    return content


def _regions(entry: Any) -> list[dict]:
    regions = entry.get('regions') if isinstance(entry, dict) else None
    if isinstance(regions, dict):  # VIA 1
        regions = list(regions.values())
    regions = regions or []
    if not isinstance(regions, list) or not all(isinstance(each, dict) for each in regions):
        raise DataError(f'the regions of {entry.get("filename")} are no list of objects')
    return regions


def _label_attribute(loaded: list[tuple[Path, Any]], content: Content) -> str:
    """The attribute that most regions have and that a class may be called by."""
    counts = Counter(
        key
        for _, json in loaded
        for entry in _entries(json).values()
        for region in _regions(entry)
        for key, value in table_of(region.get('region_attributes')).items()
        if _name_of(value)
    )
    known = [key for name in _LABELS for key in counts if key.lower() == name]
    if not known and len(counts) != 1:
        named = ', '.join(sorted(counts)) or 'none'
        raise DataError(
            f'{loaded[0][0]}: which attribute of the regions is their class? There are: {named}; '
            f'call it {_LABELS[0]}'
        )
    chosen = (known or list(counts))[0]
    if len(counts) > 1:
        others = ', '.join(sorted(counts.keys() - {chosen}))
        content.notes.append(f'classes are what {chosen!r} says of a region, not {others}')
    return chosen


def _name_of(value: Any) -> str:
    """The label of an attribute: a text, or the only one that is ticked."""
    if isinstance(value, dict):
        ticked = [name for name, state in value.items() if state]
        return ticked[0] if len(ticked) == 1 else ''
    return value.strip() if isinstance(value, str) else ''


def _picture(entry: dict, path: Path, attribute: str, content: Content) -> Picture:
    picture = Picture(entry['filename'], path)
    for number, region in enumerate(_regions(entry), 1):
        shape = table_of(region.get('shape_attributes'))
        kind = shape.get('name')
        if kind in _NO_AREAS:
            content.left_out[kind] += 1
            continue
        label = _name_of(table_of(region.get('region_attributes')).get(attribute))
        where = f'region no. {number} ({label})'
        try:
            if not label:
                raise DataError(f'it has no {attribute}, or several')
            if not isinstance(kind, str) or kind not in _SHAPES:
                raise DataError(f'shapes of type {kind!r} are not known')
            picture.shapes.append(Shape(label, _SHAPES[kind](shape), where))
        except DataError as error:
            picture.faults.append(f'{where}: {error}')
    return picture


def _numbers(shape: dict, *keys: str) -> list[float]:
    return [number_of(shape.get(key, 0 if key == 'theta' else None), key) for key in keys]


def _polygon(shape: dict) -> Draw:
    xs, ys = shape.get('all_points_x'), shape.get('all_points_y')
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
        raise DataError('its corners have not as many x as y')
    return Outline([corners_of(list(zip(xs, ys)))])


def _rectangle(shape: dict) -> Draw:
    x, y, width, height = _numbers(shape, 'x', 'y', 'width', 'height')
    return partial(polygons, [box_corners(x, y, x + width, y + height, 0, 'middle')])


def _circle(shape: dict) -> Draw:
    x, y, radius = _numbers(shape, 'cx', 'cy', 'r')
    return partial(polygons, [ellipse_corners(x, y, radius, radius)])


def _ellipse(shape: dict) -> Draw:
    x, y, radius_x, radius_y, theta = _numbers(shape, 'cx', 'cy', 'rx', 'ry', 'theta')
    return partial(polygons, [ellipse_corners(x, y, radius_x, radius_y, np.degrees(theta))])


_SHAPES = dict(
    polygon=_polygon, polygone=_polygon, rect=_rectangle, circle=_circle, ellipse=_ellipse
)
