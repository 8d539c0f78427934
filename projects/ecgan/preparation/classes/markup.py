"""Classes in XML: Label Studio's labelling config, CVAT's annotations, QGIS's styles."""

from collections.abc import Mapping
from xml.etree import ElementTree

from .entries import Draft
from .objects import read_container
from .values import TableError, colour

_FORMS = 'Label Studio config, CVAT annotations or QGIS style'


def read_xml(text: str) -> Draft:
    """Read the classes of an XML document.

    Raises:
        TableError: It is none of the three kinds, or names classes twice.
    """
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise TableError(f'it is no XML: {error}') from error
    items = _of_label_studio(root) or _of_cvat(root) or _of_qgis(root)
    if not items:
        raise TableError(f'it is no {_FORMS}, or names no class')
    return read_container(items)


def _of_label_studio(root: ElementTree.Element) -> list[Mapping[str, str]]:
    """``<BrushLabels><Label value="..." background="..."/>``; the same in several is one."""
    groups = [
        [dict(name=label.get('value', ''), color=label.get('background')) for label in group]
        for group in root.iter()
        if group.tag.endswith('Labels') and any(child.tag == 'Label' for child in group)
    ]
    names = [[item['name'] for item in group] for group in groups]
    if any(each != names[0] for each in names):
        raise TableError(f'{len(groups)} groups of labels that differ: keep one')
    items = groups[0] if groups else []
    for item in items:
        # Colours of the screen, often names of colours, and not of the masks.
        if item['color'] and colour(item['color'], by_name=True) is None:
            item['color'] = None
    return items


def _of_cvat(root: ElementTree.Element) -> list[Mapping[str, str]]:
    return [
        dict(name=label.findtext('name', ''), color=label.findtext('color'))
        for label in root.iter('label')
        if label.find('name') is not None and label.findtext('parent') is None
    ]


def _of_qgis(root: ElementTree.Element) -> list[Mapping[str, str]]:
    return [
        dict(id=entry.get('value', ''), name=entry.get('label', ''), color=entry.get('color'))
        for entry in root.iter('paletteEntry')
    ]
