"""The table of formats: how each is recognised, read, and laid on one another."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import DataError
from . import coco, coco_panoptic, cvat, label_studio, labelme, supervisely, via, yolo
from .content import Content
from .files import load_json, load_text, load_xml

# Characters of a text; a line of a large polygon has some thousands.
_FIRST = 2**18
#: How files with an end of their names are loaded to be recognised.
LOADERS: dict[str, Callable[[Path], Any]] = {
    '.json': load_json,
    '.xml': load_xml,
    '.txt': partial(load_text, most=_FIRST),
}
_LATER_ABOVE = 'later ones of a list lie above earlier ones'
SMALL_ABOVE = 'small shapes lie above large ones'


class Format(NamedTuple):
    """A format.

    Attributes:
        kind: What it is called.
        suffix: End of its files' names.
        recognises: Whether what was loaded is of this format.
        read: Reads files (below a folder) of it; raises a ``UserError`` where they cannot be drawn.
        order: Which shapes lie above which.
        has_layers: Whether the files say so themselves.
        picture_folders: Folders of pictures that belong to the annotations.
    """

    kind: str
    suffix: str
    recognises: Callable[[Any], bool]
    read: Callable[[list[Path], Path], Content]
    order: str = _LATER_ABOVE
    has_layers: bool = False
    picture_folders: Callable[[list[Path], Path], list[Path]] = lambda files, folder: []


def _refuse(why: str) -> Callable[[list[Path], Path], Content]:
    """For a format that is known and cannot be drawn."""

    def read(files: list[Path], folder: Path) -> Content:
        raise DataError(f'{files[0]} {why}')

    return read


#: All formats; of several in one folder the first is taken.
FORMATS = (
    Format(
        'CVAT XML', '.xml', cvat.recognises, cvat.read,
        'shapes lie on one another by z_order, then as listed', has_layers=True,
    ),
    Format('Supervisely JSON', '.json', supervisely.recognises, supervisely.read),
    Format('Label Studio JSON', '.json', label_studio.recognises, label_studio.read),
    Format('labelme JSON', '.json', labelme.recognises, labelme.read),
    Format(
        'COCO panoptic', '.json', coco_panoptic.recognises, coco_panoptic.read,
        'segments do not overlap', picture_folders=coco_panoptic.picture_folders,
    ),
    Format('COCO JSON', '.json', coco.recognises, coco.read),
    Format('VIA JSON', '.json', via.recognises, via.read),
    Format(
        'YOLO segments', '.txt', yolo.recognises, yolo.read, SMALL_ABOVE,
    ),
    Format(
        'VIA 3 JSON', '.json', via.is_version_3,
        _refuse('is a project of VIA 3, which is not read; draw in VIA 2, or export COCO'),
    ),
    Format(
        'ISAT JSON', '.json',
        lambda json: isinstance(json, dict) and isinstance(json.get('objects'), list)
        and isinstance(json.get('info'), dict),
        _refuse('is of ISAT, which is not read; export it as COCO or VOC'),
    ),
    Format(
        'LabelMe XML', '.xml',
        lambda root: root.tag == 'annotation' and root.find('object/polygon') is not None,
        _refuse("is of MIT's LabelMe, which is not read; convert it to COCO"),
    ),
    Format(
        'Pascal VOC XML', '.xml',
        lambda root: root.tag == 'annotation' and root.find('object/bndbox') is not None,
        _refuse('holds boxes of Pascal VOC: there are no areas to draw; export segmentations'),
    ),
)  # fmt: skip
