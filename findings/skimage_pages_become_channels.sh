#!/usr/bin/env bash
# skimage.io.imread moves the pages of a TIFF to the last axis if there are three or four of them.
#
# scikit-image 0.26.0 with tifffile 2026.3.3. A TIFF with one page a class comes back as (pages, H, W) with
# two or five classes and as (H, W, pages) with three or four, as such a stack is taken for colours. Code
# that was written for five classes cuts rows instead of classes with four, without an error. tifffile and
# imageio keep the pages first.
# Guessed: the number of pages does not change the order of the axes.
#
# Seen:
#> 2 pages of 40 x 50: skimage (2, 40, 50), imageio (2, 40, 50), tifffile (2, 40, 50)
#> 3 pages of 40 x 50: skimage (40, 50, 3), imageio (3, 40, 50), tifffile (3, 40, 50)
#> 4 pages of 40 x 50: skimage (40, 50, 4), imageio (4, 40, 50), tifffile (4, 40, 50)
#> 5 pages of 40 x 50: skimage (5, 40, 50), imageio (5, 40, 50), tifffile (5, 40, 50)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq scikit-image==0.26.0 tifffile==2026.3.3 imageio==2.38.1 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import imageio.v3
import numpy as np
import skimage.io
import tifffile

for pages in (2, 3, 4, 5):
    tifffile.imwrite('map.tif', np.zeros((pages, 40, 50), np.uint8), photometric='minisblack')
    shapes = [read('map.tif').shape for read in (skimage.io.imread, imageio.v3.imread, tifffile.imread)]
    print(f'{pages} pages of 40 x 50: skimage {shapes[0]}, imageio {shapes[1]}, tifffile {shapes[2]}')
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
