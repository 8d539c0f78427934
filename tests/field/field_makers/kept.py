"""Write the small files that are kept for the quick tests: ``python -m field_makers.kept OUT``."""

import json
import sys
from pathlib import Path

from drawn_maps import SETS

from .all_ways import WAYS
from .ways import ALONE, COLOURS, FOUR, FULL, GAPS, IGNORED, MANY, MASKS, MASKS_255

#: Folder, tool, begin of how, set.
KEPT = (
    ('oxipng', 'pyoxipng', 'level 4', IGNORED),
    ('oxipng_one_id', 'pyoxipng', 'level 4', ALONE),
    ('oxipng_masks', 'pyoxipng', 'level 4', MASKS_255),
    ('oxipng_colours', 'pyoxipng', 'level 4', COLOURS),
    ('oxipng_palettes', 'pyoxipng', 'level 2 on maps with a palette', FOUR),
    ('optipng', 'optipng', '-o2', IGNORED),
    ('optipng_gaps', 'optipng', '-o2', GAPS),
    ('zopflipng_one_id', 'zopfli', 'zopflipng', ALONE),
    ('imagemagick', 'imagemagick', 'convert IN OUT', IGNORED),
    ('imagemagick_png8', 'imagemagick', 'convert IN png8', FOUR),
    ('pngquant_colours', 'pngquant-cli', '--nofs', COLOURS),
    ('pillow_quantised', 'pillow', 'quantize', FOUR),
    ('pillow_voc', 'pillow', 'putpalette', IGNORED),
    ('pillow_short_palette', 'pillow', 'palette of 3 colours', IGNORED),
    ('pypng_2_bits', 'pypng', '2 bits', FOUR),
    ('gdal_4_bits', 'rasterio', 'PNG, NBITS=4', MANY),
    ('matplotlib_gray', 'matplotlib', "imsave(cmap='gray')", FULL),
    ('synthia', 'opencv-python-headless', 'SYNTHIA: id in red, 16', FOUR),
    ('carla', 'opencv-python-headless', 'CARLA: id in red', FOUR),
    ('tifffile_bool', 'tifffile', 'imwrite of bool', MASKS),
    ('tifffile_miniswhite', 'tifffile', "photometric='miniswhite'", FOUR),
    ('tifffile_negative', 'tifffile', 'imwrite of int16, unknown', IGNORED),
    ('tifffile_nan', 'tifffile', 'imwrite of float32, unknown is NaN', IGNORED),
    ('tifffile_pages', 'tifffile', 'one page a class', FULL),
    ('tifffile_jpegxl', 'tifffile', "compression='jpegxl'", FOUR),
    ('gdal_nodata', 'rasterio', 'int16, nodata=-9999', IGNORED),
    ('pgm_maxval', 'numpy', 'pgm: the highest id', FULL),
    ('npy_one_hot', 'numpy', 'npy: save of one-hot (4', FULL),
    ('npz', 'numpy', 'npz: savez(label)', IGNORED),
    ('gif', 'pillow', 'gif: save', MANY),
    ('webp', 'pillow', 'webp: save(lossless', FOUR),
    ('halved', 'opencv-python-headless', 'png: halved, INTER_LINEAR', MASKS_255),
)


def main(out: Path) -> None:
    """A folder for each, and ``OUT/made_by.json``."""
    made_by = {}
    for folder, tool, how, name in KEPT:
        way = next(w for w in WAYS if w.tool == tool and w.how.startswith(how) and name in w.sets)
        (out / folder).mkdir(parents=True, exist_ok=True)
        for index, picture in enumerate(SETS[name].small().pictures()):
            way.write(picture, out / folder / f'p{index:02}{way.suffix}')
        made_by[folder] = dict(tool=f'{tool} {way.version}', how=way.how, set=name)
    (out / 'made_by.json').write_text(json.dumps(made_by, indent=1) + '\n')


if __name__ == '__main__':
    main(Path(sys.argv[1]))
