#!/usr/bin/env bash
# pillow-heif's lossless quality (-1) keeps grey maps of 8 bits and no others: of 16 bits the lowest ids become 0.
#
# pillow-heif 1.8.1, pillow 13.0.0. Quality -1 is documented as lossless. A map of 16 bits is stored with 10: ids
# come back without their lower 6 bits, those under 64, a scene's first instances, as 0. Colours of a
# map are thinned to half the resolution (here off by 110 of 255 at the classes' borders); with chroma 444 they are still off
# by one, so that a table of colours finds few of them; exact only with matrix_coefficients=0 besides.
# Nothing is said, and the file opens in the mode it was saved in.
# Guessed: lossless is lossless, or a mode that it does not hold is refused.
#
# Seen (largest difference):
#> L 0
#> RGB 110
#> RGB chroma=444 1
#> RGB chroma=444 matrix_coefficients=0 0
#> I;16 read as I;16: ids 1 63 64 300 become 0 0 64 256
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq pillow-heif==1.8.1 pillow==13.0.0 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

register_heif_opener()
ids = np.tile(np.arange(32) % 8, (24, 1)).astype(np.uint8)
colours = np.stack([ids * 37, ids * 91, ids * 151], -1).astype(np.uint8)


def stored(array, **options):
    Image.fromarray(array).save('map.heif', quality=-1, **options)
    return Image.open('map.heif')


def show(array, **options):
    image = stored(array, **options)
    difference = np.abs(np.asarray(image).astype(int) - array).max()
    print(image.mode, *(f'{name}={value}' for name, value in options.items()), difference)


show(ids * 30)
show(colours)
show(colours, chroma=444)
show(colours, chroma=444, matrix_coefficients=0)
instances = np.array([1, 63, 64, 300], np.uint16)
image = stored(np.repeat(np.tile(instances, (16, 1)), 16, axis=1))
became = np.asarray(image)[8, 8::16]
print(f'I;16 read as {image.mode}: ids', *instances, 'become', *became)
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
