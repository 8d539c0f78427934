#!/usr/bin/env bash
# The square (10, 10), (20, 10), (20, 20), (10, 20) has 100 pixels for two tools, 110 for one and 121 for four.
#
# pycocotools 2.0.11, rasterio 1.4.4 (GDAL), matplotlib 3.11.2, OpenCV 5.0.0, Pillow 13.0.0 (which labelme
# and cityscapesscripts draw with), scikit-image 0.26.0. Those that give 121 take corners for centres of
# pixels and draw the outline too: two squares that share an edge share a column, and the later one has it.
# Maps drawn by one tool from annotations that were made with another are larger by a pixel at the right and
# below, and pycocotools makes at least one column of anything, be it 0.4 wide.
# Guessed: integer corners are safe, all tools agree on them.
#
# Seen:
#> pycocotools 100
#> rasterio 100
#> matplotlib 110
#> OpenCV 121
#> Pillow 121
#> skimage.draw.polygon 121
#> skimage.draw.polygon2mask 121
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq pycocotools==2.0.11 rasterio==1.4.4 matplotlib==3.11.2 opencv-python-headless==5.0.0.93 \
    pillow==13.0.0 scikit-image==0.26.0 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import cv2
import numpy as np
from matplotlib.path import Path
from PIL import Image, ImageDraw
from pycocotools import mask
from rasterio.features import rasterize
from skimage.draw import polygon, polygon2mask

corners = [(10, 10), (20, 10), (20, 20), (10, 20)]
points, size = np.array(corners), (40, 40)
print('pycocotools', int(mask.area(mask.frPyObjects([points.ravel().tolist()], *size))[0]))
shape = dict(type='Polygon', coordinates=[[*corners, corners[0]]])
print('rasterio', int(rasterize([(shape, 1)], size).sum()))
rows, columns = np.mgrid[:40, :40]
print('matplotlib', int(Path(points).contains_points(np.stack([columns.ravel(), rows.ravel()], 1)).sum()))
drawn = np.zeros(size, np.uint8)
cv2.fillPoly(drawn, [points.astype(np.int32)], 1)
print('OpenCV', int(drawn.sum()))
picture = Image.new('L', size)
ImageDraw.Draw(picture).polygon(corners, fill=1)
print('Pillow', int(np.asarray(picture).sum()))
print('skimage.draw.polygon', len(polygon(points[:, 1], points[:, 0])[0]))
print('skimage.draw.polygon2mask', int(polygon2mask(size, points[:, ::-1]).sum()))
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
