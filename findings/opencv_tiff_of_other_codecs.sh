#!/usr/bin/env bash
# OpenCV 5 reads TIFFs with JPEG 2000, JPEG XL or PNG inside as zeros, without an error.
#
# OpenCV 5.0.0 (opencv-python-headless 5.0.0.93), files by tifffile 2026.3.3. imread gives an array of the
# right size and type, all zeros: every pixel is class 0. Files with zstd or LERC inside are None or right,
# so the sign of failure that code looks for is missing only here. Pillow 13.0.0 refuses the same files.
# Guessed: None, as for any other file that cannot be read.
#
# Seen:
#> zlib: OpenCV [0, 1, 2, 3], Pillow reads it
#> jpeg2000: OpenCV [0], Pillow raises UnidentifiedImageError
#> jpegxl: OpenCV [0], Pillow raises UnidentifiedImageError
#> png: OpenCV [0], Pillow raises UnidentifiedImageError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq opencv-python-headless==5.0.0.93 tifffile==2026.3.3 imagecodecs==2026.3.6 pillow==13.0.0 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import cv2
import numpy as np
import tifffile
from PIL import Image

ids = np.kron(np.arange(4).reshape(2, 2), np.ones((20, 20), int)).astype(np.uint8)
for codec in ('zlib', 'jpeg2000', 'jpegxl', 'png'):
    tifffile.imwrite('map.tif', ids, compression=codec)
    read = cv2.imread('map.tif', cv2.IMREAD_UNCHANGED)
    seen = 'None' if read is None else np.unique(read).tolist()
    try:
        Image.open('map.tif').load()
        said = 'reads it'
    except Exception as error:
        said = f'raises {type(error).__name__}'
    print(f'{codec}: OpenCV {seen}, Pillow {said}')
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
