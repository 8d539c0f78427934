#!/usr/bin/env bash
# A bool array that tifffile writes is shown inverted by every other reader.
#
# tifffile 2026.3.3 writes bool as 1 bit with PhotometricInterpretation 0 (0 is white) and leaves the
# samples as they are: True is stored as 1, which is then black. Pillow 13.0.0 reads the tag, and gives
# False where True was written; so does any viewer. OpenCV 5.0.0 inverts as well; tifffile itself reads back
# what was written, so a test by a round trip passes. imageio and scikit-image write TIFF through tifffile.
# Guessed: photometric minisblack, as for uint8.
#
# Seen:
#> written: True in 9 of 64 pixels
#> by tifffile (MINISWHITE): tifffile 9, Pillow 55, OpenCV 55
#> by imageio (MINISWHITE): tifffile 9, Pillow 55, OpenCV 55
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq tifffile==2026.3.3 imageio==2.38.1 pillow==13.0.0 opencv-python-headless==5.0.0.93 imagecodecs==2026.3.6 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import cv2
import imageio.v3
import numpy as np
import tifffile
from PIL import Image

mask = np.zeros((8, 8), bool)
mask[2:5, 2:5] = True
print('written: True in', int(mask.sum()), 'of 64 pixels')
for name, write in (('tifffile', tifffile.imwrite), ('imageio', imageio.v3.imwrite)):
    write('mask.tif', mask)
    tag = tifffile.TiffFile('mask.tif').pages[0].photometric.name
    print(f'by {name} ({tag}): tifffile', int(tifffile.imread('mask.tif').astype(bool).sum()), end=', ')
    print('Pillow', int(np.asarray(Image.open('mask.tif')).sum()), end=', ')
    print('OpenCV', int((cv2.imread('mask.tif', cv2.IMREAD_UNCHANGED) > 0).sum()))
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
