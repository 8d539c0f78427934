"""Exports by small libraries: ``python -m field_exports.of_scripts OUT NAME ...``."""

import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np

from .scenes import COLOURS, COUNT, HEIGHT, MAPS, NAMES, STEMS, WIDTH, scene, write_photos

_CITY = {0: 'unlabeled', 1: 'road', 2: 'car', 3: 'vegetation'}


def cityscapes(folder: Path) -> dict:
    """Label, instance and trainId maps that cityscapesscripts draws from polygons."""
    from cityscapesscripts.preparation.json2instanceImg import json2instanceImg
    from cityscapesscripts.preparation.json2labelImg import json2labelImg

    write_photos(folder / 'leftImg8bit/train/city', '_leftImg8bit.png')
    labels = folder / 'gtFine/train/city'
    labels.mkdir(parents=True)
    for index, stem in enumerate(STEMS):
        objects = [dict(label=_CITY[thing.kind], polygon=thing.corners) for thing in scene(index)]
        content = dict(imgHeight=HEIGHT, imgWidth=WIDTH, objects=objects)
        given = labels / f'{stem}_gtFine_polygons.json'
        given.write_text(json.dumps(content))
        for encoding, end in (('ids', 'labelIds'), ('trainIds', 'labelTrainIds'),
                              ('color', 'color')):  # fmt: skip
            json2labelImg(str(given), str(labels / f'{stem}_gtFine_{end}.png'), encoding)
        json2instanceImg(str(given), str(labels / f'{stem}_gtFine_instanceIds.png'), 'ids')
    return dict(names=list(_CITY.values()), package='cityscapesscripts')


def coco_rle(folder: Path) -> dict:
    """COCO JSON whose masks are compressed runs of pycocotools."""
    from pycocotools import mask

    write_photos(folder / 'images')
    annotations = []
    for index in range(COUNT):
        for thing in scene(index):
            runs = mask.encode(np.asfortranarray(thing.mask.astype(np.uint8)))
            annotations.append(dict(
                id=len(annotations) + 1, image_id=index, category_id=thing.kind, iscrowd=0,
                bbox=mask.toBbox(runs).tolist(), area=int(mask.area(runs)),
                segmentation=dict(size=runs['size'], counts=runs['counts'].decode()),
            ))  # fmt: skip
    content = dict(
        images=[dict(id=index, file_name=f'{stem}.jpg', height=HEIGHT, width=WIDTH)
                for index, stem in enumerate(STEMS)],
        categories=[dict(id=kind, name=NAMES[kind]) for kind in (1, 2, 3)],
        annotations=annotations,
    )  # fmt: skip
    (folder / 'annotations.json').write_text(json.dumps(content))
    return dict(package='pycocotools')


def imgviz_masks(folder: Path) -> dict:
    """Maps with imgviz's palette, their classes in a text file."""
    import imgviz

    write_photos(folder / 'images')
    (folder / 'labels').mkdir()
    for stem, ids in zip(STEMS, MAPS):
        imgviz.io.lblsave(str(folder / f'labels/{stem}.png'), ids)
    (folder / 'classes.txt').write_text(''.join(f'{name}\n' for name in NAMES))
    return dict(package='imgviz', table='classes.txt', photos='images', masks='labels')


def optimised_colours(folder: Path) -> dict:
    """Maps in colours, optimised: each file has a palette of its own."""
    import oxipng
    from PIL import Image

    write_photos(folder / 'images')
    (folder / 'labels').mkdir()
    for stem, ids in zip(STEMS, MAPS):
        path = folder / f'labels/{stem}.png'
        Image.fromarray(COLOURS[ids]).save(path)
        oxipng.optimize(path, level=4)
    rows = [f'{name},{",".join(map(str, c))}' for name, c in zip(NAMES, COLOURS.tolist())]
    (folder / 'class_dict.csv').write_text('\n'.join(['name,r,g,b', *rows, '']))
    return dict(package='pyoxipng', table='class_dict.csv', photos='images', masks='labels')


#: Tool and what writes its export, by the names that are given as arguments.
SCRIPTS = {
    'cityscapes': ('cityscapesscripts: gtFine', cityscapes),
    'coco': ('pycocotools: COCO JSON, compressed RLE', coco_rle),
    'imgviz': ('imgviz: lblsave', imgviz_masks),
    'oxipng': ('oxipng: a data set in colours', optimised_colours),
}


def main(out: Path, *names: str) -> None:
    """Write the exports of these names, and ``OUT/manifest-scripts-NAME.json``."""
    rows = []
    for name in names:
        tool, write = SCRIPTS[name]
        folder = out / f'scripts-{name}'
        folder.mkdir()
        row = dict(tool=tool, folder=folder.name, failure='')
        try:
            row |= write(folder)
            row['version'] = importlib.metadata.version(row.pop('package'))
        except Exception as error:
            row['failure'] = f'{type(error).__name__}: {error}'[:200]
        rows.append(row)
    (out / f'manifest-scripts-{names[0]}.json').write_text(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main(Path(sys.argv[1]), *sys.argv[2:])
