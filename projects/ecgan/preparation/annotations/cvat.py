"""CVAT's XML 1.1 for images: polygons, boxes, masks, ellipses; by z_order, then as listed."""

from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from ...errors import DataError
from .content import Content, Draw, Picture, Shape, colour_of, size_of
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
from .files import load_xml, number_of
from .run_lengths import fill_runs


def recognises(root: Any) -> bool:
    """Whether XML is of this form; also that of a video, which :func:`read` refuses."""
    return root.tag == 'annotations' and any(
        root.find(tag) is not None for tag in ('image', 'track')
    )


def read(files: list[Path], folder: Path) -> Content:
    """Read tasks or jobs.

    Raises:
        DataError: A file is of a video, or cannot be read.
    """
    content = Content()
    for path in files:
        root = load_xml(path)
        if root.find('track') is not None:
            raise DataError(
                f'{path} is CVAT for video; export the task as "CVAT for images" with its frames'
            )
        for label in root.iterfind('meta//labels/label'):
            name = (label.findtext('name') or '').strip()
            if name and (label.findtext('type') or 'any') not in ('tag', 'skeleton'):
                content.labels.setdefault(name, colour_of(label.findtext('color')))
        for number, image in enumerate(root.iterfind('image'), 1):
            content.pictures.append(_picture(image, number, path, content))
    content.add_names_of_shapes('the meta of the XML')
    return content


def _picture(image: Element, number: int, path: Path, content: Content) -> Picture:
    name = image.get('name')
    if not name:
        raise DataError(f'{path}: image no. {number} has no name')
    try:
        picture = Picture(name, path, size_of(image.get('height'), image.get('width')))
    except DataError as error:
        raise DataError(f'{path}: {name}: {error}') from error
    found = []
    for place, each in enumerate(image, 1):
        where = f'{each.tag} no. {place} ({each.get("label")})'
        if each.tag not in _SHAPES:
            content.left_out[each.tag] += 1
            continue
        try:
            if not each.get('label'):
                raise DataError('it has no label')
            shape = Shape(each.get('label'), _SHAPES[each.tag](each), where)
            found.append((_number(each, 'z_order', 0), shape))
        except DataError as error:
            picture.faults.append(f'{where}: {error}')
    picture.shapes = [shape for _, shape in sorted(found, key=lambda pair: pair[0])]
    return picture


def _number(element: Element, key: str, default: float | None = None) -> float:
    return number_of(element.get(key, default), key)


def _polygon(element: Element) -> Draw:
    points = [point.split(',') for point in (element.get('points') or '').split(';') if point]
    return Outline([corners_of(points)])


def _box(element: Element) -> Draw:
    sides = [_number(element, key) for key in ('xtl', 'ytl', 'xbr', 'ybr')]
    ring = box_corners(*sides, _number(element, 'rotation', 0), 'middle')
    return partial(polygons, [ring])


def _ellipse(element: Element) -> Draw:
    values = [_number(element, key) for key in ('cx', 'cy', 'rx', 'ry')]
    return partial(polygons, [ellipse_corners(*values, _number(element, 'rotation', 0))])


def _mask(element: Element) -> Draw:
    """Runs along the rows of a box, the first of what is outside of the mask."""
    left, top, width, height = (
        int(_number(element, key)) for key in ('left', 'top', 'width', 'height')
    )
    if width < 1 or height < 1:
        raise DataError(f'its mask is {width} x {height}')
    counts = [run for run in (element.get('rle') or '').split(',') if run.strip()]
    return partial(_pasted_runs, counts, left, top, width, height)


def _pasted_runs(
    counts: list[str], left: int, top: int, width: int, height: int, size: Size
) -> Patch:
    return pasted(fill_runs(counts, width * height).reshape(height, width), left, top, size)


_SHAPES = {'polygon': _polygon, 'box': _box, 'ellipse': _ellipse, 'mask': _mask}
