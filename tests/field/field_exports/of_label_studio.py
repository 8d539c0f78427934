"""Exports by Label Studio's converter: ``python -m field_exports.of_label_studio OUT``."""

import importlib.metadata
import json
import re
import sys
from pathlib import Path

from label_studio_sdk.converter import Converter
from label_studio_sdk.converter.brush import mask2rle

from .scenes import HEIGHT, NAMES, STEMS, WIDTH, scene, write_photos

_CONFIG = """<View><Image name="image" value="$image"/>
<{tag} name="label" toName="image">{labels}</{tag}></View>"""


def _tasks(kind: str) -> list[dict]:
    tasks = []
    for index, stem in enumerate(STEMS):
        results = []
        for number, thing in enumerate(scene(index)):
            points = [[100 * x / WIDTH, 100 * y / HEIGHT] for x, y in thing.corners]
            value = (
                dict(points=points, closed=True)
                if kind == 'polygonlabels'
                else dict(format='rle', rle=mask2rle(thing.mask.astype('uint8') * 255))
            )
            value[kind] = [NAMES[thing.kind]]
            results.append(dict(
                id=f'r{number}', type=kind, from_name='label', to_name='image', value=value,
                original_width=WIDTH, original_height=HEIGHT, image_rotation=0,
            ))  # fmt: skip
        tasks.append(dict(
            id=index + 1, data=dict(image=f'{stem}.jpg'), predictions=[],
            annotations=[dict(id=index + 1, result=results, was_cancelled=False,
                              completed_by=dict(id=1, email='a@example.com'))],
        ))  # fmt: skip
    return tasks


def _rename(folder: Path) -> None:
    """Call the photos as the export does, which would have downloaded them under such names."""
    for text in (folder / 'result.json', *folder.glob('export/labels/*.txt')):
        if text.is_file():
            for name in re.findall(r'\w{8}__p\d\d', text.stem + text.read_text()):
                photo = folder / f'images/{name[-3:]}.jpg'
                if photo.is_file():
                    photo.rename(photo.with_stem(name))


def main(out: Path) -> None:
    """Write every form and ``OUT/manifest-label-studio.json``."""
    rows = []
    for number, (kind, form) in enumerate((
        ('polygonlabels', 'COCO'), ('polygonlabels', 'YOLO'), ('polygonlabels', 'JSON'),
        ('polygonlabels', 'JSON_MIN'), ('brushlabels', 'BRUSH_TO_PNG'),
        ('brushlabels', 'BRUSH_TO_NUMPY'), ('brushlabels', 'JSON'), ('brushlabels', 'COCO'),
    )):  # fmt: skip
        folder = out / f'label-studio-{number:02}'
        row = dict(tool=f'Label Studio: {form}, {kind}', folder=folder.name, failure='',
                   any_order='BRUSH' in form,
                   version=importlib.metadata.version('label-studio-sdk'))  # fmt: skip
        write_photos(folder / 'images')
        given = out / f'{folder.name}-tasks.json'
        given.write_text(json.dumps(_tasks(kind)))
        labels = ''.join(f'<Label value="{name}"/>' for name in NAMES[1:])
        tag = {'polygonlabels': 'PolygonLabels', 'brushlabels': 'BrushLabels'}[kind]
        try:
            converter = Converter(_CONFIG.format(tag=tag, labels=labels), str(folder))
            result = folder if form == 'COCO' else folder / 'export'
            result.mkdir(exist_ok=True)
            converter.convert(str(given), str(result), form, is_dir=False,
                              image_dir=str(folder / 'images'))  # fmt: skip
            _rename(folder)
        except Exception as error:
            row['failure'] = f'{type(error).__name__}: {error}'[:200]
        rows.append(row)
    (out / 'manifest-label-studio.json').write_text(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main(Path(sys.argv[1]))
