#!/usr/bin/env bash
# pyvips writes a NumPy array of 16 bits as a PNG of 8 bits: every id above 255 becomes 255.
#
# pyvips 3.2.0 with libvips 8.18.7. new_from_array(uint16) gives an image of format "ushort" but of
# interpretation "b-w", and pngsave goes by the interpretation: it casts to 8 bits, which clips, and says
# nothing. TIFF keeps the 16 bits.
# Guessed: format ushort is written as 16 bits. Way out: image.copy(interpretation="grey16").pngsave(path).
#
# Seen:
#> ids written: [0, 7, 300, 1000] ushort b-w
#> PNG: [0, 7, 255, 255] uchar
#> TIFF: [0, 7, 300, 1000] ushort
#> PNG of a copy with interpretation grey16: [0, 7, 300, 1000] ushort
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq "pyvips[binary]==3.2.0" pyvips-binary==8.18.7 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import numpy as np
import pyvips


def shown(path):
    image = pyvips.Image.new_from_file(path)
    return f'{image.numpy().ravel().tolist()} {image.format}'


image = pyvips.Image.new_from_array(np.array([[0, 7, 300, 1000]], np.uint16))
print('ids written:', image.numpy().ravel().tolist(), image.format, image.interpretation)
image.pngsave('map.png')
print('PNG:', shown('map.png'))
image.tiffsave('map.tif')
print('TIFF:', shown('map.tif'))
image.copy(interpretation='grey16').pngsave('copy.png')
print('PNG of a copy with interpretation grey16:', shown('copy.png'))
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
