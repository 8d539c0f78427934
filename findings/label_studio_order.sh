#!/usr/bin/env bash
# Label Studio numbers classes by the alphabet, not in the order of the labelling configuration, and drops brushes from COCO.
#
# label-studio-sdk 2.1.2, its converter. A project with the labels sky, road, car exports COCO and YOLO with
# car 0, road 1, sky 2: a label that is added later renumbers all that follow it in the alphabet, so two
# exports of one project do not go together. Of brush labels the COCO export has neither annotations nor
# pictures and ends well; only the form BRUSH_TO_COCO has them.
# Guessed: the order of the configuration, as the labels are shown; an error or a warning for what a form
# cannot hold.
#
# Seen:
#> COCO, labels sky, road, car: {'car': 0, 'road': 1, 'sky': 2}
#> YOLO, the same and bus: ['bus', 'car', 'road', 'sky']
#> COCO of a brush: 0 annotations of 0 pictures
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq label-studio-sdk==2.1.2
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import json
import logging
from pathlib import Path

from label_studio_sdk.converter import Converter
from label_studio_sdk.converter.brush import mask2rle
import numpy as np

logging.disable(logging.CRITICAL)


def export(form, kind, labels, value):
    tag = {'polygonlabels': 'PolygonLabels', 'brushlabels': 'BrushLabels'}[kind]
    listed = ''.join(f'<Label value="{label}"/>' for label in labels)
    config = (f'<View><Image name="image" value="$image"/><{tag} name="label" toName="image">{listed}</{tag}></View>')
    result = dict(id='r', type=kind, from_name='label', to_name='image', original_width=100, original_height=50,
                  image_rotation=0, value={**value, kind: ['car']})
    task = dict(id=1, data=dict(image='a.jpg'), predictions=[],
                annotations=[dict(id=1, was_cancelled=False, completed_by=1, result=[result])])
    Path('tasks.json').write_text(json.dumps([task]))
    Converter(config, '.').convert('tasks.json', form, form, is_dir=False)


polygon = dict(points=[[10, 10], [50, 10], [50, 50]], closed=True)
export('COCO', 'polygonlabels', ['sky', 'road', 'car'], polygon)
found = json.loads(Path('COCO/result.json').read_text())
print('COCO, labels sky, road, car:', {each['name']: each['id'] for each in found['categories']})
export('YOLO', 'polygonlabels', ['sky', 'road', 'car', 'bus'], polygon)
print('YOLO, the same and bus:', Path('YOLO/classes.txt').read_text().split())
mask = np.zeros((50, 100), np.uint8)
mask[10:20, 10:30] = 255
export('COCO', 'brushlabels', ['car'], dict(format='rle', rle=mask2rle(mask)))
found = json.loads(Path('COCO/result.json').read_text())
print('COCO of a brush:', len(found['annotations']), 'annotations of', len(found['images']), 'pictures')
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
