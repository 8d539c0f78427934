#!/usr/bin/env bash
# A cloud-optimised GeoTIFF of a label map holds ids that the map does not have: in its overviews.
#
# rasterio 1.4.4 (GDAL 3.9). The COG driver makes overviews of anything wider than 512 pixels, and for a
# band of bytes without a colour table it makes them by the cubic rule. rasterio reads an overview whenever
# less than the whole is asked for (out_shape, or a window shown small), "nearest" by default - but nearest
# of values that were blended before. At full size everything is right, so a check of the file finds
# nothing.
# Guessed: nearest reading gives ids of the map. Way out: overview_resampling="nearest" when writing.
#
# Seen:
#> ids written: [0, 1, 2, 255]
#> COG, whole: [0, 1, 2, 255]
#> COG, read at a quarter: 21 values, among them [3, 14, 15, 16]
#> COG, overview_resampling=nearest, read at a quarter: [0, 1, 2, 255]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq rasterio==1.4.4 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import numpy as np
import rasterio

blocks = np.random.default_rng(0).choice([0, 1, 2, 255], (64, 64))
ids = np.kron(blocks, np.ones((16, 16), int)).astype(np.uint8)
print('ids written:', np.unique(ids).tolist())
for name, options in (('COG', {}), ('COG, overview_resampling=nearest', dict(overview_resampling='nearest'))):
    with rasterio.open('map.tif', 'w', driver='COG', height=1024, width=1024, count=1, dtype='uint8', **options) as file:
        file.write(ids, 1)
    with rasterio.open('map.tif') as file:
        whole = np.unique(file.read(1)).tolist()
        small = np.unique(file.read(1, out_shape=(256, 256))).tolist()
    if not options:
        print(f'{name}, whole:', whole)
        print(f'{name}, read at a quarter: {len(small)} values, among them', small[3:7])
    else:
        print(f'{name}, read at a quarter:', small)
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
