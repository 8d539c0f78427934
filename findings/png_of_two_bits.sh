#!/usr/bin/env bash
# One PNG of 2 bits, ids 0 to 3: one library reads 0 to 3, the others 0 to 255.
#
# pypng 0.20220715.0 writes grey samples of 2 bits, a natural form for four classes. rasterio 1.4.4 (GDAL)
# gives the samples; Pillow 13.0.0, OpenCV 5.0.0, scikit-image 0.26.0, imagecodecs 2026.3.6, pyvips 3.2.0
# and SimpleITK 2.5.7 spread them to 0, 85, 170, 255, so that class 3 is the value which label maps keep for
# "unknown". matplotlib 3.11.2 divides the spread samples by the 3 of two bits and shows 85 as white.
# Guessed: ids up to 3 are 0 to 3 everywhere, as in 8 bits, or spread everywhere.
#
# Seen:
#> rasterio [0, 1, 2, 3]
#> Pillow [0, 85, 170, 255]
#> OpenCV [0, 85, 170, 255]
#> scikit-image [0, 85, 170, 255]
#> imagecodecs [0, 85, 170, 255]
#> pyvips [0, 85, 170, 255]
#> SimpleITK [0, 85, 170, 255]
#> matplotlib [0.0, 28.3, 56.7, 85.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq pypng==0.20220715.0 rasterio==1.4.4 pillow==13.0.0 opencv-python-headless==5.0.0.93 \
    scikit-image==0.26.0 imagecodecs==2026.3.6 "pyvips[binary]==3.2.0" SimpleITK==2.5.7 matplotlib==3.11.2 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import cv2
import imagecodecs
import matplotlib.image
import numpy as np
import png
import pyvips
import rasterio
import SimpleITK
import skimage.io
from PIL import Image

png.Writer(4, 1, greyscale=True, bitdepth=2).write(open('map.png', 'wb'), [[0, 1, 2, 3]])
for name, read in {
    'rasterio': lambda path: rasterio.open(path).read(1),
    'Pillow': lambda path: np.asarray(Image.open(path)),
    'OpenCV': lambda path: cv2.imread(path, cv2.IMREAD_UNCHANGED),
    'scikit-image': skimage.io.imread,
    'imagecodecs': lambda path: imagecodecs.png_decode(open(path, 'rb').read()),
    'pyvips': lambda path: pyvips.Image.new_from_file(path).numpy(),
    'SimpleITK': lambda path: SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path)),
    'matplotlib': matplotlib.image.imread,
}.items():
    print(name, [round(value, 1) for value in read('map.png').ravel().tolist()])
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
