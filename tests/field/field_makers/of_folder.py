"""Send maps that exist through tools: ``python -m field_makers.of_folder IN OUT``."""

import json
import sys
from pathlib import Path

import numpy as np

from .all_ways import WAYS

#: Folder of the result, tool, begin of how.
TOOLS = (
    ('oxipng', 'pyoxipng', 'level 2'),
    ('optipng', 'optipng', '-o2'),
    ('pngquant', 'pngquant-cli', '--nofs'),
    ('imagemagick', 'imagemagick', 'convert IN OUT'),
    ('pillow', 'pillow', 'quantize'),
    ('gdal', 'rasterio', 'PNG, NBITS=4'),
    ('vips', 'pyvips', 'pngsave(palette'),
    ('tifffile', 'tifffile', 'imwrite of int64'),
    ('mat', 'scipy', 'mat: savemat(S)'),
)


def main(given: Path, out: Path) -> None:
    """A folder for each tool that is there; ``OUT/made.json`` says which are."""
    from PIL import Image

    made = []
    for folder, tool, how in TOOLS:
        way = next(each for each in WAYS if each.tool == tool and each.how.startswith(how))
        if not way.version:
            continue
        for path in sorted(given.glob('*.png')):
            (out / folder).mkdir(parents=True, exist_ok=True)
            way.write(np.asarray(Image.open(path)), out / folder / f'{path.stem}{way.suffix}')
        made.append(folder)
    (out / 'made.json').write_text(json.dumps(made))


if __name__ == '__main__':
    main(*map(Path, sys.argv[1:]))
