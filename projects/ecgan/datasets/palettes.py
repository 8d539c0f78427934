"""Classes and colours of the label maps of Cityscapes, ADE20K, COCO-Stuff and CamVid.

The numbers are those of the raw label maps, which semantic image synthesis feeds to the networks:
35 ids for Cityscapes (not the 19 that segmentors are scored on) and 182 for COCO-Stuff (with the 11
numbers that no class uses). Where mmsegmentation has the classes, they come from there.
"""

import colorsys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from ..errors import ConfigError
from .scene_canvas import SCENE_CLASSES, SCENE_PALETTE

Palette = list[list[int]]

# Name and RGB colour of the 35 label ids; the last stands for the licence plate's -1.
_CITYSCAPES = (
    ('unlabeled', (0, 0, 0)), ('ego vehicle', (20, 20, 20)),
    ('rectification border', (40, 40, 40)), ('out of roi', (60, 60, 60)),
    ('static', (90, 90, 110)), ('dynamic', (111, 74, 0)), ('ground', (81, 0, 81)),
    ('road', (128, 64, 128)), ('sidewalk', (244, 35, 232)), ('parking', (250, 170, 160)),
    ('rail track', (230, 150, 140)), ('building', (70, 70, 70)), ('wall', (102, 102, 156)),
    ('fence', (190, 153, 153)), ('guard rail', (180, 165, 180)), ('bridge', (150, 100, 100)),
    ('tunnel', (150, 120, 90)), ('pole', (153, 153, 153)), ('polegroup', (173, 173, 173)),
    ('traffic light', (250, 170, 30)), ('traffic sign', (220, 220, 0)),
    ('vegetation', (107, 142, 35)), ('terrain', (152, 251, 152)), ('sky', (70, 130, 180)),
    ('person', (220, 20, 60)), ('rider', (255, 0, 0)), ('car', (0, 0, 142)),
    ('truck', (0, 0, 70)), ('bus', (0, 60, 100)), ('caravan', (0, 0, 90)),
    ('trailer', (0, 0, 110)), ('train', (0, 80, 100)), ('motorcycle', (0, 0, 230)),
    ('bicycle', (119, 11, 32)), ('license plate', (0, 0, 162)),
)  # fmt: skip

# The 11 classes of SegNet's release of CamVid; its 12th id, 11, is unlabelled.
_CAMVID = (
    ('sky', (128, 128, 128)), ('building', (128, 0, 0)), ('pole', (192, 192, 128)),
    ('road', (128, 64, 128)), ('pavement', (60, 40, 222)), ('tree', (128, 128, 0)),
    ('signsymbol', (192, 128, 128)), ('fence', (64, 64, 128)), ('car', (64, 0, 128)),
    ('pedestrian', (64, 64, 0)), ('bicyclist', (0, 128, 192)),
)  # fmt: skip

_COCO_STUFF_IDS = 182
# Ids (minus one, as the label maps have them) that COCO reserved and no class uses.
COCO_STUFF_UNUSED = frozenset((11, 25, 28, 29, 44, 65, 67, 68, 70, 82, 90))


def generated_palette(num_classes: int) -> Palette:
    """Distinct RGB colours, 0 to 255, for any number of classes; always the same ones.

    Hues step by the golden ratio, so that neighbouring ids differ most; lightness and saturation
    alternate. A colour that would come again, which happens beyond a thousand, is moved to the next
    one that is free.
    """
    palette: dict[tuple[int, ...], None] = {}
    for index in range(num_classes):
        hue = (0.55 + index * 0.6180339887498949) % 1
        lightness, saturation = (0.5, 0.38, 0.64)[index % 3], (0.75, 0.5)[index // 3 % 2]
        colour = colorsys.hls_to_rgb(hue, lightness, saturation)
        red, green, blue = (round(255 * channel) for channel in colour)
        while (red, green, blue) in palette:
            blue = (blue + 1) % 256
            red = (red + (blue == 0)) % 256
        palette[red, green, blue] = None
    return [list(colour) for colour in palette]


@cache
def _voc_numbers() -> dict[tuple[int, ...], int]:
    """Number of each colour of Pascal VOC's label maps: 0 to 20, and 255, which is unknown.

    The bits of a number go in turn to red, green and blue, the lowest to the brightest.
    """
    return {
        tuple(
            sum((number >> 3 * place + channel & 1) << 7 - place for place in range(3))
            for channel in range(3)
        ): number
        for number in (*range(21), 255)
    }


def voc_ids(colours: Iterable[Sequence[int]]) -> dict[tuple[int, ...], int]:
    """Ids of colours where all are those of Pascal VOC, which many tools draw with.

    Args:
        colours: RGB, 0 to 255.

    Returns:
        Colour -> id; empty where there are fewer than three, or others among them.
    """
    several, known = {tuple(colour) for colour in colours}, _voc_numbers()
    return (
        {each: known[each] for each in several} if len(several) > 2 and several <= {*known} else {}
    )


def palette_of(metainfo: Mapping[str, Any], num_classes: int = 0) -> Palette:
    """The palette of a data set, or, where it has none, colours for all classes that there can be.

    Args:
        metainfo: Meta information of the data set.
        num_classes: Number of classes of the model, if known.

    Returns:
        RGB colours; generated ones for at least as many classes as leave 255 for unknown.
    """
    return metainfo.get('palette') or generated_palette(max(num_classes, 255))


def _of_rows(rows: Iterable[tuple[str, Sequence[int]]]) -> tuple[list[str], Palette]:
    names, colours = zip(*rows)
    return list(names), [list(colour) for colour in colours]


def _ade20k() -> tuple[list[str], Palette]:
    from mmseg.utils import ade_classes, ade_palette

    return ade_classes(), ade_palette()


def _coco_stuff() -> tuple[list[str], Palette]:
    from mmseg.utils.class_names import cocostuff_classes, cocostuff_palette

    used = iter(zip(cocostuff_classes(), cocostuff_palette()))
    return _of_rows(
        (f'unused {index}', [0, 0, 0]) if index in COCO_STUFF_UNUSED else next(used)
        for index in range(_COCO_STUFF_IDS)
    )


#: What gives classes and palette (without unknown) of each data set known by name.
LABEL_PRESETS: dict[str, Callable[[], tuple[list[str], Palette]]] = {
    'cityscapes': partial(_of_rows, _CITYSCAPES),
    'ade20k': _ade20k,
    'coco_stuff': _coco_stuff,
    'camvid': partial(_of_rows, _CAMVID),
    'scenes': partial(_of_rows, tuple(zip(SCENE_CLASSES, SCENE_PALETTE))),
}


def label_preset(name: str) -> dict:
    """Meta information of a known set of labels.

    Args:
        name: 'cityscapes' (35 ids), 'ade20k' (150), 'coco_stuff' (182), 'camvid' (11) or 'scenes'
            (8, the drawn ones).

    Returns:
        ``classes``, a tuple of names, and ``palette``, an RGB triple for each.

    Raises:
        ConfigError: There is no preset of this name.
    """
    if name not in LABEL_PRESETS:
        raise ConfigError(f'no labels are known as {name!r}; there are {sorted(LABEL_PRESETS)}')
    classes, palette = LABEL_PRESETS[name]()
    return {'classes': tuple(classes), 'palette': palette}
