"""Exports of annotation tools that run in a browser or on a screen, in the tools' own form."""

import base64
import io
import json
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from .listing import export
from .scenes import (
    COLOURS,
    COUNT,
    HEIGHT,
    MAPS,
    NAMES,
    STEMS,
    WIDTH,
    instance_map,
    scene,
    write_map,
    write_maps,
    write_photos,
    write_text,
)

_HEX = ['#{:02x}{:02x}{:02x}'.format(*colour) for colour in COLOURS.tolist()]
_INSTANCE_COLOURS = np.array(
    [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128], [128, 0, 128]], np.uint8
)
_LABELMAP = '# label:color_rgb:parts:actions\n' + ''.join(
    f'{name}:{",".join(map(str, colour))}::\n' for name, colour in zip(NAMES, COLOURS.tolist())
)
_LABEL_COLORS = ''.join(
    f'{" ".join(map(str, colour))} {name}\n' for name, colour in zip(NAMES, COLOURS.tolist())
)


def _instances(folder: Path) -> None:
    for index, stem in enumerate(STEMS):
        write_map(folder / f'{stem}.png', _INSTANCE_COLOURS[instance_map(index)])


@export('CVAT: Segmentation mask 1.1', 'labelmap.txt', 'JPEGImages', 'SegmentationClass')
def cvat_mask(folder: Path) -> None:
    write_photos(folder / 'JPEGImages')
    write_maps(folder / 'SegmentationClass', colours=True)
    _instances(folder / 'SegmentationObject')
    write_text(folder / 'labelmap.txt', _LABELMAP)
    listed = ''.join(f'{stem}\n' for stem in STEMS)
    write_text(folder / 'ImageSets/Segmentation/default.txt', listed)


@export('CVAT: PASCAL VOC 1.1', 'labelmap.txt', 'JPEGImages', 'SegmentationClass')
def cvat_voc(folder: Path) -> None:
    cvat_mask(folder)
    for stem in STEMS:
        text = f'<annotation><filename>{stem}.jpg</filename></annotation>'
        write_text(folder / f'Annotations/{stem}.xml', text)


@export('CVAT: CamVid 1.0', 'label_colors.txt', 'default', 'defaultannot')
def cvat_camvid(folder: Path) -> None:
    write_photos(folder / 'default')
    write_maps(folder / 'defaultannot', colours=True)
    write_text(folder / 'label_colors.txt', _LABEL_COLORS)
    lines = ''.join(f'default/{s}.jpg defaultannot/{s}.png\n' for s in STEMS)
    write_text(folder / 'default.txt', lines)


@export('CVAT: Cityscapes 1.0', 'label_colors.txt', 'imgsFine/leftImg8bit/default',
        'gtFine/default')  # fmt: skip
def cvat_cityscapes(folder: Path) -> None:
    write_photos(folder / 'imgsFine/leftImg8bit/default', '_leftImg8bit.png')
    masks = folder / 'gtFine/default'
    write_maps(masks, '_gtFine_labelIds.png')
    write_maps(masks, '_gtFine_color.png', colours=True)
    for index, stem in enumerate(STEMS):
        ids, numbers = MAPS[index].astype(np.uint16), instance_map(index)
        write_map(masks / f'{stem}_gtFine_instanceIds.png', np.where(ids, ids * 1000 + numbers, 0))
    write_text(folder / 'label_colors.txt', _LABEL_COLORS)


@export('CVAT: images 1.1 (XML)')
def cvat_xml(folder: Path) -> None:
    write_photos(folder / 'images')
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<annotations>', '<version>1.1</version>']
    labels = ''.join(f'<label><name>{n}</name><color>{c}</color><type>any</type></label>'
                     for n, c in zip(NAMES[1:], _HEX[1:]))  # fmt: skip
    lines.append(f'<meta><task><labels>{labels}</labels></task></meta>')
    for index, stem in enumerate(STEMS):
        lines.append(f'<image id="{index}" name="{stem}.jpg" width="{WIDTH}" height="{HEIGHT}">')
        for order, thing in enumerate(scene(index)):
            points = ';'.join(f'{x:.2f},{y:.2f}' for x, y in thing.corners)
            lines.append(f'<polygon label="{NAMES[thing.kind]}" source="manual" occluded="0" '
                         f'points="{points}" z_order="{order}"></polygon>')  # fmt: skip
        lines.append('</image>')
    write_text(folder / 'annotations.xml', '\n'.join([*lines, '</annotations>', '']))


def _cvat_rle(thing) -> dict:
    left, top, width, height = thing.box
    inside = thing.mask[top : top + height, left : left + width].ravel()
    changes = np.flatnonzero(np.diff(np.concatenate([[0], inside, [0]])))
    runs = np.diff(np.concatenate([[0], changes, [inside.size]]))
    runs = runs[:-1] if runs[-1] == 0 else runs
    return dict(rle=', '.join(map(str, runs)), left=left, top=top, width=width, height=height)


@export('CVAT: images 1.1 (XML), masks')
def cvat_xml_masks(folder: Path) -> None:
    write_photos(folder / 'images')
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<annotations>', '<version>1.1</version>']
    for index, stem in enumerate(STEMS):
        lines.append(f'<image id="{index}" name="{stem}.jpg" width="{WIDTH}" height="{HEIGHT}">')
        for order, thing in enumerate(scene(index)):
            given = ' '.join(f'{key}="{value}"' for key, value in _cvat_rle(thing).items())
            lines.append(f'<mask label="{NAMES[thing.kind]}" source="manual" occluded="0" {given} '
                         f'z_order="{order}"></mask>')  # fmt: skip
        lines.append('</image>')
    write_text(folder / 'annotations.xml', '\n'.join([*lines, '</annotations>', '']))


@export('labelme: JSON beside the photos')
def labelme_json(folder: Path) -> None:
    write_photos(folder)
    for index, stem in enumerate(STEMS):
        shapes = [
            dict(label=NAMES[t.kind], points=[list(map(float, c)) for c in t.corners],
                 group_id=None, description='', shape_type='polygon', flags={}, mask=None)
            for t in scene(index)
        ]  # fmt: skip
        content = dict(version='5.8.1', flags={}, shapes=shapes, imagePath=f'{stem}.jpg',
                       imageData=None, imageHeight=HEIGHT, imageWidth=WIDTH)  # fmt: skip
        write_text(folder / f'{stem}.json', json.dumps(content, indent=2))


@export('labelme2voc', 'class_names.txt', 'JPEGImages', 'SegmentationClass')
def labelme2voc(folder: Path) -> None:
    write_photos(folder / 'JPEGImages')
    names = ('_background_', *NAMES[1:])
    write_text(folder / 'class_names.txt', ''.join(f'{name}\n' for name in names).rstrip('\n'))
    write_maps(folder / 'SegmentationClass', palette=COLOURS)
    for stem, ids in zip(STEMS, MAPS):
        (folder / 'SegmentationClassNpy').mkdir(exist_ok=True)
        np.save(folder / f'SegmentationClassNpy/{stem}.npy', ids.astype(np.int32))
    write_photos(folder / 'SegmentationClassVisualization')


@export("labelme2voc, with labelme's labels.txt", 'labels.txt', 'JPEGImages', 'SegmentationClass')
def labelme_labels(folder: Path) -> None:
    labelme2voc(folder)
    (folder / 'class_names.txt').unlink()
    listed = '\n'.join(['__ignore__', '_background_', *NAMES[1:], ''])
    write_text(folder / 'labels.txt', listed)


def _coco(folder: Path, segmentation, crowd: int = 0) -> None:
    write_photos(folder / 'images')
    images = [
        dict(id=index + 1, file_name=f'{stem}.jpg', height=HEIGHT, width=WIDTH)
        for index, stem in enumerate(STEMS)
    ]
    categories = [dict(id=kind * 10, name=NAMES[kind], supercategory='') for kind in (1, 2, 3)]
    found = [(index, thing) for index in range(COUNT) for thing in scene(index)]
    annotations = [
        dict(id=number, image_id=index + 1, category_id=thing.kind * 10, bbox=thing.box,
             area=int(thing.mask.sum()), iscrowd=crowd, segmentation=segmentation(thing))
        for number, (index, thing) in enumerate(found, 1)
    ]  # fmt: skip
    content = dict(images=images, categories=categories, annotations=annotations)
    write_text(folder / 'annotations/instances_default.json', json.dumps(content))


def _rle(thing) -> dict:
    """COCO's runs down the columns, the first of zeros."""
    inside = thing.mask.T.ravel()
    changes = np.flatnonzero(np.diff(np.concatenate([[0], inside, [0]])))
    runs = np.diff(np.concatenate([[0], changes, [inside.size]]))
    return dict(size=[HEIGHT, WIDTH], counts=[int(run) for run in runs])


@export('COCO JSON: polygons (CVAT, Roboflow, Label Studio, labelme2coco)')
def coco_polygons(folder: Path) -> None:
    _coco(folder, lambda thing: [thing.flat])


@export('COCO JSON: RLE, crowds (CVAT, datumaro)')
def coco_rle(folder: Path) -> None:
    _coco(folder, _rle, crowd=1)


@export('COCO panoptic: PNG alone', photos='images', masks='annotations/panoptic_default',
        lost='lost')  # fmt: skip
def coco_panoptic_png(folder: Path) -> None:
    coco_panoptic(folder)
    (folder / 'annotations/panoptic_default.json').unlink()


@export('COCO panoptic')
def coco_panoptic(folder: Path) -> None:
    write_photos(folder / 'images')
    annotations, images = [], []
    for index, stem in enumerate(STEMS):
        numbers = instance_map(index).astype(np.uint32) * 1001
        segments = [dict(id=number * 1001, category_id=thing.kind, iscrowd=0, bbox=thing.box,
                         area=int((numbers == number * 1001).sum()))
                    for number, thing in enumerate(scene(index), 1)]  # fmt: skip
        picture = np.stack([numbers & 255, numbers >> 8 & 255, numbers >> 16], -1).astype(np.uint8)
        write_map(folder / f'annotations/panoptic_default/{stem}.png', picture)
        annotations.append(dict(image_id=index, file_name=f'{stem}.png', segments_info=segments))
        images.append(dict(id=index, file_name=f'{stem}.jpg', height=HEIGHT, width=WIDTH))
    categories = [dict(id=k, name=NAMES[k], isthing=1, supercategory='') for k in (1, 2, 3)]
    content = dict(images=images, annotations=annotations, categories=categories)
    write_text(folder / 'annotations/panoptic_default.json', json.dumps(content))


@export('Supervisely: masks_machine', 'meta.json', 'ds/img', 'ds/masks_machine')
def supervisely_masks(folder: Path) -> None:
    write_photos(folder / 'ds/img')
    write_maps(folder / 'ds/masks_machine')
    write_maps(folder / 'ds/masks_human', colours=True)
    _supervisely_meta(folder / 'meta.json', NAMES)


def _supervisely_meta(path: Path, names) -> None:
    classes = [dict(id=100 + i, title=name, shape='bitmap', color=_HEX[NAMES.index(name)].upper(),
                    geometry_config={}, hotkey='') for i, name in enumerate(names)]  # fmt: skip
    write_text(path, json.dumps(dict(classes=classes, tags=[], projectType='images')))


@export('Supervisely: project', 'meta.json')
def supervisely_project(folder: Path) -> None:
    write_photos(folder / 'dataset/img')
    _supervisely_meta(folder / 'meta.json', NAMES[1:])
    for index, stem in enumerate(STEMS):
        objects = []
        for number, thing in enumerate(scene(index)):
            left, top, width, height = thing.box
            picture = io.BytesIO()
            inside = thing.mask[top : top + height, left : left + width]
            Image.fromarray(inside).save(picture, 'PNG')
            data = base64.b64encode(zlib.compress(picture.getvalue())).decode()
            bitmap = dict(geometryType='bitmap', bitmap=dict(data=data, origin=[left, top]))
            polygon = dict(geometryType='polygon', points=dict(exterior=thing.corners, interior=[]))
            objects.append(dict(id=number, classTitle=NAMES[thing.kind], tags=[],
                                **(polygon if number == 1 else bitmap)))  # fmt: skip
        content = dict(description='', tags=[], objects=objects,
                       size=dict(height=HEIGHT, width=WIDTH))  # fmt: skip
        write_text(folder / f'dataset/ann/{stem}.jpg.json', json.dumps(content))


@export('Roboflow: semantic segmentation masks', 'train/_classes.csv')
def roboflow(folder: Path) -> None:
    stems = [f'{stem}_jpg.rf.{index:032x}' for index, stem in enumerate(STEMS)]
    write_photos(folder / 'train', '.jpg', stems)
    for stem, ids in zip(stems, MAPS):
        write_map(folder / f'train/{stem}_mask.png', ids)
    lines = ''.join(f'{index}, {name}\n' for index, name in enumerate(NAMES))
    write_text(folder / 'train/_classes.csv', 'Pixel Value, Class\n' + lines)
    write_text(folder / 'README.roboflow.txt', 'drawn\n')


@export('Roboflow: COCO segmentation')
def roboflow_coco(folder: Path) -> None:
    coco_polygons(folder)
    (folder / 'images').rename(folder / 'train')
    (folder / 'annotations/instances_default.json').rename(folder / 'train/_annotations.coco.json')
    (folder / 'annotations').rmdir()


@export('Ultralytics: YOLO polygons', 'data.yaml')
def yolo(folder: Path) -> None:
    write_photos(folder / 'images/train')
    for index, stem in enumerate(STEMS):
        lines = [
            ' '.join(
                [str(t.kind - 1), *(f'{x / WIDTH:.6f} {y / HEIGHT:.6f}' for x, y in t.corners)]
            )
            for t in scene(index)
        ]
        write_text(folder / f'labels/train/{stem}.txt', '\n'.join([*lines, '']))
    names = ''.join(f'  {index}: {name}\n' for index, name in enumerate(NAMES[1:]))
    write_text(folder / 'data.yaml', f'path: .\ntrain: images/train\nnames:\n{names}')


@export('Ultralytics: masks', 'data.yaml', 'images/train', 'masks/train')
def yolo_masks(folder: Path) -> None:
    write_photos(folder / 'images/train')
    write_maps(folder / 'masks/train')
    write_text(folder / 'data.yaml', f'path: .\ntrain: images/train\nnc: 4\nnames: {list(NAMES)}\n')
