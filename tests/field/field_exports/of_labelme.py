"""Exports by labelme's own functions: ``python -m field_exports.of_labelme OUT``."""

import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np
from labelme.utils import lblsave, shapes_to_label

from .scenes import HEIGHT, NAMES, STEMS, WIDTH, scene, write_photos, write_text


def labelme2voc(folder: Path) -> dict:
    """What its example script writes: it numbers the lines of labels.txt from -1."""
    write_photos(folder / 'JPEGImages')
    names = ('__ignore__', '_background_', *NAMES[1:])
    numbers = {name: number for number, name in enumerate(names, -1)}
    for part in ('SegmentationClass', 'SegmentationObject', 'SegmentationClassNpy'):
        (folder / part).mkdir()
    for index, stem in enumerate(STEMS):
        shapes = [
            dict(label=NAMES[thing.kind], points=thing.corners, shape_type='polygon',
                 group_id=number)
            for number, thing in enumerate(scene(index))
        ]  # fmt: skip
        classes, instances = shapes_to_label((HEIGHT, WIDTH, 3), shapes, numbers)
        # It gives int32, which imgviz's lblsave no longer takes.
        for part, drawn in (('Class', classes), ('Object', instances)):
            lblsave(str(folder / f'Segmentation{part}/{stem}.png'), drawn.astype(np.uint8))
        np.save(folder / f'SegmentationClassNpy/{stem}.npy', classes)
    write_text(folder / 'class_names.txt', '\n'.join(names[1:]))
    write_text(folder / 'labels.txt', '\n'.join([*names, '']))
    return dict(table='labels.txt', photos='JPEGImages', masks='SegmentationClass')


def masks_alone(folder: Path) -> dict:
    """Photos and masks of the above, each in its folder."""
    labelme2voc(folder)
    (folder / 'labels.txt').unlink()
    return dict(table='class_names.txt', photos='JPEGImages', masks='SegmentationClassNpy')


def main(out: Path) -> None:
    """Write every form and ``OUT/manifest-labelme.json``."""
    rows = []
    for number, (how, write) in enumerate(
        (('labelme2voc', labelme2voc), ('labelme2voc, arrays', masks_alone))
    ):
        folder = out / f'labelme-{number:02}'
        row = dict(tool=f'labelme: {how}', folder=folder.name, failure='',
                   version=importlib.metadata.version('labelme'))  # fmt: skip
        try:
            row |= write(folder)
        except Exception as error:
            row['failure'] = f'{type(error).__name__}: {error}'[:200]
        rows.append(row)
    (out / 'manifest-labelme.json').write_text(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main(Path(sys.argv[1]))
