"""labelme's JSON, one file a photo; also as AnyLabeling and others write it.

Filled as labelme 6.3.1 does where it makes label maps, which is Pillow's way: whole pixels, with
the edge. Later shapes lie above earlier ones.
"""

import base64
import io
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from ...errors import DataError
from ..classes import read_classes
from .content import Content, Picture, Shape, size_of
from .drawing import Patch, Size, corners_of, pasted
from .files import each_of, objects, upwards

_POLYGONS = ('polygon', 'rotation', 'oriented_rectangle', 'quadrilateral')
_LINES = ('line', 'linestrip', 'point', 'points')


def recognises(content: Any) -> bool:
    """Whether JSON is of this form."""
    return (
        isinstance(content, dict)
        and isinstance(content.get('shapes'), list)
        and any(key in content for key in ('imagePath', 'imageHeight', 'imageData', 'version'))
    )


def read(files: list[Path], folder: Path) -> Content:
    """Read one file a photo; ``labels.txt`` beside or above it, if any, orders the classes."""
    content = Content()
    listed = next(
        (each for up in upwards(files[0].parent, folder) if (each := up / 'labels.txt').is_file()),
        None,
    )
    if listed:
        content.labels = {row.name: row.colour for row in read_classes(listed)}
        content.notes.append(f'classes: {listed}')
    content.add_pictures(files, recognises, _picture, 'JSON files without shapes')
    content.add_names_of_shapes(str(listed))
    return content


def _picture(path: Path, json: dict, content: Content) -> Picture:
    # The photo lies where imagePath says, from the file; renamed ones are called as the file.
    name = json.get('imagePath')
    name = name if isinstance(name, str) and name else path.stem
    picture = Picture(name, path, other_name=path.stem)
    try:
        picture.size = size_of(json.get('imageHeight'), json.get('imageWidth'))
    except DataError as error:
        raise DataError(f'{path}: {error}') from error
    for where, each in each_of(objects(json['shapes'], path, 'shapes'), 'shape'):
        kind = each.get('shape_type') or 'polygon'
        if kind in _LINES:
            content.left_out[kind] += 1
            continue
        label = each.get('label')
        where = f'{where} ({label})'
        try:
            if not isinstance(label, str) or not label:
                raise DataError('it has no label')
            picture.shapes.append(Shape(label, _draw(each, kind), where))
        except DataError as error:
            picture.faults.append(f'{where}: {error}')
    return picture


def _draw(shape: dict, kind: str) -> partial:
    if kind in _POLYGONS:
        return partial(_drawn, 'polygon', corners_of(shape.get('points')))
    if kind not in ('rectangle', 'circle', 'mask'):
        raise DataError(f'shapes of type {kind!r} are not known')
    points = corners_of(shape.get('points'), 2)
    if kind == 'rectangle' and len(points) > 2:  # AnyLabeling writes all four
        return partial(_drawn, 'polygon', points)
    if len(points) != 2:
        raise DataError(f'a {kind} has two points, not {len(points)}')
    if kind == 'mask':
        return partial(_mask, _decoded(shape.get('mask')), points)
    if kind == 'circle':
        radius = np.hypot(*(points[1] - points[0]))
        return partial(_drawn, 'ellipse', np.array([points[0] - radius, points[0] + radius]))
    return partial(_drawn, 'rectangle', np.array([points.min(0), points.max(0)]))


def _drawn(kind: str, points: np.ndarray, size: Size) -> Patch:
    picture = Image.new('L', size[::-1])
    pen = ImageDraw.Draw(picture)
    getattr(pen, kind)([tuple(point) for point in points.tolist()], outline=1, fill=1)
    return Patch(0, 0, np.asarray(picture) > 0)


def _decoded(text: Any) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True))) as picture:
            return np.asarray(picture.convert('L')) > 0
    except Exception as error:
        raise DataError('its mask is no picture in base64') from error


def _mask(mask: np.ndarray, points: np.ndarray, size: Size) -> Patch:
    (left, top), (right, bottom) = points.astype(int).tolist()
    if mask.shape != (bottom - top + 1, right - left + 1):
        raise DataError(
            f'its mask is {mask.shape[1]} x {mask.shape[0]}, its points say '
            f'{right - left + 1} x {bottom - top + 1} (width x height)'
        )
    return pasted(mask, left, top, size)
