"""Supervisely's project: ``meta.json``, and ``ann/NAME.jpg.json`` beside ``img/NAME.jpg``.

Corners are pixels that belong to the shape, what a hole is cut along does not; later objects lie
above earlier ones.
"""

import base64
import io
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ...errors import DataError
from ..classes import read_classes
from .content import Content, Draw, Picture, Shape, size_of
from .drawing import corners_of, pasted, pixel_polygon
from .files import each_of, objects, upwards

_NO_AREAS = ('line', 'polyline', 'point', 'graph', 'cuboid', 'cuboid_2d')


def recognises(content: Any) -> bool:
    """Whether JSON is of this form."""
    return (
        isinstance(content, dict)
        and isinstance(content.get('objects'), list)
        and isinstance(content.get('size'), dict)
    )


def read(files: list[Path], folder: Path) -> Content:
    """Read one file a photo; ``meta.json`` above it orders the classes.

    Raises:
        DataError: ``meta.json`` cannot be read.
    """
    content = Content()
    metas = {
        meta
        for parent in {path.parent for path in files}
        for up in upwards(parent, folder)
        if (meta := up / 'meta.json').is_file()
    }
    for row in (row for meta in sorted(metas) for row in read_classes(meta)):
        content.labels.setdefault(row.name, row.colour)
    content.add_pictures(files, recognises, _picture, 'JSON files without objects')
    content.add_names_of_shapes('meta.json')
    return content


def _picture(path: Path, json: dict, content: Content) -> Picture:
    try:
        size = size_of(json['size'].get('height'), json['size'].get('width'))
    except DataError as error:
        raise DataError(f'{path}: {error}') from error
    picture = Picture(path.name.removesuffix('.json'), path, size)
    for where, each in each_of(objects(json['objects'], path, 'objects'), 'object'):
        kind, label = each.get('geometryType'), each.get('classTitle')
        if kind in _NO_AREAS:
            content.left_out[kind] += 1
            continue
        where = f'{where} ({label})'
        try:
            if not isinstance(label, str) or not label:
                raise DataError('it has no classTitle')
            if not isinstance(kind, str) or kind not in _SHAPES:
                raise DataError(f'objects of type {kind!r} are not known')
            picture.shapes.append(Shape(label, _SHAPES[kind](each), where))
        except DataError as error:
            picture.faults.append(f'{where}: {error}')
    return picture


def _rings(each: dict) -> tuple[Any, list]:
    points = each.get('points')
    if not isinstance(points, dict) or not isinstance(points.get('interior', []), list):
        raise DataError('it has no points')
    return points.get('exterior'), points.get('interior') or []


def _polygon(each: dict) -> Draw:
    exterior, holes = _rings(each)
    return partial(pixel_polygon, corners_of(exterior), [corners_of(hole) for hole in holes])


def _rectangle(each: dict) -> Draw:
    (left, top), (right, bottom) = _two(_rings(each)[0])
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return partial(pixel_polygon, corners_of(corners), [])


def _two(exterior: Any) -> np.ndarray:
    corners = corners_of(exterior, 2)
    if len(corners) != 2:
        raise DataError(f'a rectangle has two points, not {len(corners)}')
    return corners


def _bitmap(each: dict) -> Draw:
    """A PNG, packed and in base64; its alpha or its only channel is the mask."""
    try:
        data, origin = each['bitmap']['data'], each['bitmap']['origin']
        left, top = map(int, origin)
        packed = zlib.decompress(base64.b64decode(data, validate=True))
        with Image.open(io.BytesIO(packed)) as picture:
            bands = np.asarray(picture.convert('RGBA' if len(picture.getbands()) > 1 else 'L'))
    except Exception as error:
        raise DataError('its bitmap is no packed PNG in base64 with an origin') from error
    return partial(pasted, (bands if bands.ndim == 2 else bands[..., 3]) > 0, left, top)


_SHAPES = {'polygon': _polygon, 'rectangle': _rectangle, 'bitmap': _bitmap}
