#!/usr/bin/env bash
# oxipng, which is lossless, turns some grey label maps of a folder into palettes whose indices are not the ids.
#
# pyoxipng 9.1.1, default level. What is kept are the levels that are shown. Of maps with six of the ids of
# Cityscapes (7 to 26) some stay grey and most become palettes, in an order of their own (falling here) and
# without the ids that the map lacks. Readers that give the indices of a palette, as label maps with
# palettes are meant to be read, give 0 to 5, another id for the same class from file to file.
# Guessed: grey stays grey, at most with fewer bits; or at least every file of a folder alike.
#
# Seen:
#> 0 palette of [7, 21]
#> 1 palette of [7, 26, 8]
#> 2 palette of [7, 26, 23, 21]
#> 3 palette of [7, 26, 23, 11]
#> 4 grey
#> 5 palette of [7, 26]
#> 6 grey
#> 7 grey
#> 8 palette of [7, 23, 21, 11, 8]
#> 9 palette of [7, 26, 23, 21, 11, 8]
#> 10 palette of [7, 23]
#> 11 grey
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq pyoxipng==9.1.1 pillow==13.0.0 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import numpy as np
import oxipng
from PIL import Image

rows, columns = np.mgrid[:56, :72]
for seed in range(12):
    random, ids = np.random.default_rng(seed), np.full((56, 72), 7, np.uint8)
    for value in random.permutation([8, 11, 21, 23, 26])[: 1 + seed % 5]:
        column, row, radius = random.uniform(10, 60), random.uniform(10, 46), random.uniform(6, 18)
        ids[np.hypot(columns - column, rows - row) < radius] = value
    Image.fromarray(ids).save('map.png')
    oxipng.optimize('map.png')
    image = Image.open('map.png')
    assert np.array_equal(np.asarray(image.convert('L')), ids)
    is_grey = image.mode == 'L'
    print(seed, 'grey' if is_grey else f'palette of {image.getpalette()[::3]}')
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
