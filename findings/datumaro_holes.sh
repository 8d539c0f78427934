#!/usr/bin/env bash
# datumaro fills the holes of masks when it writes them as polygons, and its crowds are no crowds.
#
# datumaro 1.13.12, coco_instances, a ring of 600 pixels. With segmentation_mode="polygons" the hole is
# gone: the outline of 39 x 19 is all there is, and the area says 741. As masks (the default) the runs are
# right, but iscrowd is 1 for a single object, only because it is a mask: code that leaves crowds out, as
# detectors do, leaves out all that was drawn by brush.
# Guessed: a hole becomes a second outline or a warning; iscrowd says whether it is a crowd.
#
# Seen:
#> pixels of the ring: 600
#> guess: runs, area 600.0, iscrowd 1
#> polygons: [[10.0, 10.0, 10.0, 29.0, 49.0, 29.0, 49.0, 10.0, 10.0, 10.0]], area 741.0, iscrowd 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq datumaro==1.13.12 numpy==2.4.6 pillow==12.3.0
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import json
import logging
from pathlib import Path

import numpy as np
from datumaro import Dataset, DatasetItem, Mask
from datumaro.components.media import Image

logging.disable(logging.CRITICAL)
ring = np.zeros((40, 60), bool)
ring[10:30, 10:50] = True
ring[15:25, 20:40] = False
print('pixels of the ring:', int(ring.sum()))
item = DatasetItem('a', subset='train', media=Image.from_numpy(np.zeros((40, 60, 3), np.uint8)),
                   annotations=[Mask(ring, label=0, id=1, group=1)])
for mode in ('guess', 'polygons'):
    Dataset.from_iterable([item], categories=['ring']).export(mode, 'coco_instances', segmentation_mode=mode)
    found = json.loads((Path(mode) / 'annotations/instances_train.json').read_text())['annotations'][0]
    form = found['segmentation'] if mode == 'polygons' else 'runs'
    print(f'{mode}: {form}, area {found["area"]}, iscrowd {found["iscrowd"]}')
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
