#!/usr/bin/env bash
# datumaro numbers labels from 1 and lists them from the first line: its own table of classes is one off.
#
# datumaro 1.13.12, of labels ["road", "car"] without a background among them. cityscapes: road is id 1 in
# the maps (0 is the background that is put in), and the first line of label_colors.txt, without colours.
# camvid and kitti have the same table. kitti_segmentation, which puts no background in, draws road as 0,
# the number of pixels without a label: road is gone. voc_segmentation lists the background.
# Guessed: line n of the table is id n of the maps, or the background is in the table.
#
# Seen:
#> cityscapes: label_colors.txt is ['road', 'car'] ids in the map of road: [0, 1]
#> kitti_segmentation: label_colors.txt is ['road', 'car'] ids in the map of road: [0]
#> voc_segmentation: labelmap.txt is ['background:::', 'road:::', 'car:::']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq datumaro==1.13.12 numpy==2.4.6 pillow==12.3.0
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import logging
from pathlib import Path

import numpy as np
from datumaro import Dataset, DatasetItem, Mask
from datumaro.components.media import Image
from PIL import Image as Picture

logging.disable(logging.CRITICAL)
road = np.zeros((20, 30), bool)
road[5:15, 5:25] = True
item = DatasetItem('a', subset='train', media=Image.from_numpy(np.zeros((20, 30, 3), np.uint8)),
                   annotations=[Mask(road, label=0, id=1, group=1)])
for form, table, maps in (
    ('cityscapes', 'label_colors.txt', '*labelIds.png'), ('kitti_segmentation', 'label_colors.txt', 'semantic/*.png'),
    ('voc_segmentation', 'labelmap.txt', ''),
):
    Dataset.from_iterable([item], categories=['road', 'car']).export(form, form, save_media=True, label_map='source')
    lines = [line.strip() for line in (Path(form) / table).read_text().splitlines() if line[0] != '#']
    ids = [np.unique(np.asarray(Picture.open(path))).tolist() for path in Path(form).rglob(maps)] if maps else []
    print(f'{form}: {table} is {lines}', *(f'ids in the map of road: {each}' for each in ids))
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
