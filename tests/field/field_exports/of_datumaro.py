"""Exports by datumaro, which runs here: ``python -m field_exports.of_datumaro OUT``."""

import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np
from datumaro import Dataset, DatasetItem, Image, LabelCategories, Mask, MaskCategories, Polygon
from datumaro.components.annotation import AnnotationType

from .scenes import COLOURS, COUNT, MAPS, NAMES, STEMS, scene, write_photo

_CITY = ('label_colors.txt', 'leftImg8bit', 'gtFine')
_VOC = ('labelmap.txt', 'JPEGImages', 'SegmentationClass')
_CAMVID = ('label_colors.txt', 'default', 'defaultannot')
_OWN = dict(label_map='source')
# Form, what the labels are, options, and table, photos and masks of the result. Labels: polygons or
# masks; coloured ones; ones without a background among them.
FORMS = (
    ('voc_segmentation', 'masks', {}, *_VOC),
    ('voc_segmentation', 'coloured', _OWN, *_VOC),
    ('voc_segmentation', 'without background', _OWN, *_VOC),
    ('voc', 'masks', _OWN, *_VOC),
    ('camvid', 'masks', {}, *_CAMVID),
    ('camvid', 'coloured', _OWN, *_CAMVID),
    ('camvid', 'without background', _OWN, *_CAMVID),
    ('cityscapes', 'masks', {}, *_CITY),
    ('cityscapes', 'coloured', _OWN, *_CITY),
    ('cityscapes', 'without background', _OWN, *_CITY),
    (
        'kitti_segmentation',
        'masks',
        _OWN,
        'label_colors.txt',
        'default/image_2',
        'default/semantic',
    ),
    (
        'kitti_segmentation',
        'without background',
        {},
        'label_colors.txt',
        'default/image_2',
        'default/semantic_rgb',
    ),
    ('coco_instances', 'polygons', {}, '', '', ''),
    ('coco_instances', 'masks', {}, '', '', ''),
    ('coco_panoptic', 'masks', {}, '', '', ''),
    ('coco_stuff', 'masks', {}, '', '', ''),
    ('label_me', 'polygons', {}, '', '', ''),
    ('cvat', 'polygons', {}, '', '', ''),
    ('datumaro', 'polygons', {}, '', '', ''),
    ('yolo_ultralytics', 'polygons', {}, 'data.yaml', '', ''),
    ('open_images', 'masks', {}, '', '', ''),
    ('segment_anything', 'masks', {}, '', '', ''),
)


def _data_set(photos: Path, kind: str, subsets: tuple[str, ...]) -> Dataset:
    first = 1 if kind == 'without background' else 0
    items = []
    for index, stem in enumerate(STEMS):
        write_photo(photos / f'{stem}.jpg', index)
        if kind == 'polygons':
            marks = [
                Polygon(list(map(float, thing.flat)), label=thing.kind, id=number, group=number,
                        z_order=number)
                for number, thing in enumerate(scene(index), 1)
            ]  # fmt: skip
        else:
            marks = [
                Mask(MAPS[index] == number, label=int(number) - first, id=int(number),
                     group=int(number))
                for number in np.unique(MAPS[index][MAPS[index] > 0])
            ]  # fmt: skip
        picture = Image.from_file(path=str(photos / f'{stem}.jpg'))
        subset = subsets[index * len(subsets) // COUNT]
        items.append(DatasetItem(stem, media=picture, annotations=marks, subset=subset))
    categories = {AnnotationType.label: LabelCategories.from_iterable(NAMES[first:])}
    if kind == 'coloured':
        colours = {index: tuple(map(int, colour)) for index, colour in enumerate(COLOURS)}
        categories[AnnotationType.mask] = MaskCategories(colours)
    return Dataset.from_iterable(items, categories=categories)


def _lost(form: str, kind: str) -> str:
    """What datumaro leaves out: see ``Export.lost``."""
    if form == 'kitti_segmentation' and kind == 'without background':
        return 'unseen'  # label 0 takes the number and the colour of the background
    # Labels without colours are drawn in colours that the list does not have; of those without a
    # background the list begins one too late.
    has_list = form in ('voc_segmentation', 'voc', 'camvid', 'cityscapes')
    is_fit = kind == 'coloured' or (form, kind) == ('cityscapes', 'masks')
    return 'unlisted' if has_list and not is_fit else ''


def main(out: Path) -> None:
    """Write every form and ``OUT/manifest-datumaro.json``."""
    rows = []
    for number, (form, kind, options, table, photos, masks) in enumerate(FORMS):
        folder = out / f'datumaro-{number:02}'
        row = dict(tool=f'datumaro: {form}, {kind}', folder=folder.name, table=table,
                   photos=photos, masks=masks, failure='',
                   version=importlib.metadata.version('datumaro'),
                   lost=_lost(form, kind))  # fmt: skip
        subsets = ('train', 'val') if form == 'yolo_ultralytics' else ('default',)
        try:
            data = _data_set(out / 'datumaro-photos' / kind, kind, subsets)
            data.export(str(folder), form, save_media=True, **options)
        except Exception as error:
            row['failure'] = f'{type(error).__name__}: {error}'[:200]
        rows.append(row)
    (out / 'manifest-datumaro.json').write_text(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main(Path(sys.argv[1]))
