"""Optimisers of PNG: what they make of files depends on the file."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .png_files import VOC
from .ways import (
    ALONE,
    BYTES,
    COLOURS,
    FOUR,
    FULL,
    IGNORED,
    MANY,
    MASKS,
    MASKS_255,
    WIDE,
    run,
    way,
)

_GROUP = 'Optimisers of PNG'


def _plain(picture: np.ndarray, path: Path) -> None:
    from PIL import Image

    Image.fromarray(picture).save(path)


def _with_palette(picture: np.ndarray, path: Path) -> None:
    from PIL import Image

    image = Image.frombytes('P', picture.shape[::-1], picture.tobytes())
    image.putpalette(VOC.ravel().tolist())
    image.save(path)


def _optimised(
    optimise: Callable[[Path], object], save: Callable[[np.ndarray, Path], None] = _plain
) -> Callable[[np.ndarray, Path], None]:
    def write(picture: np.ndarray, path: Path) -> None:
        save(picture, path)
        optimise(path)

    return write


def _oxipng(**options: object) -> Callable[[Path], object]:
    def optimise(path: Path) -> None:
        import oxipng

        oxipng.optimize(path, **options)

    return optimise


def _zopflipy(path: Path) -> None:
    import zopfli

    path.write_bytes(zopfli.ZopfliPNG(iterations=1).optimize(path.read_bytes()))


def _zopflipy_lossy(path: Path) -> None:
    import zopfli

    data = zopfli.ZopfliPNG(lossy_8bit=True, lossy_transparent=True, iterations=1)
    path.write_bytes(data.optimize(path.read_bytes()))


def _pngquant(path: Path) -> None:
    import sysconfig

    program = Path(sysconfig.get_path('scripts')) / 'pngquant'
    run(program, '--force', '--ext', '.png', '--nofs', '32', path)


def _imagequant(picture: np.ndarray, path: Path) -> None:
    import imagequant
    from PIL import Image

    image = Image.fromarray(picture).convert('RGBA')
    imagequant.quantize_pil_image(image, dithering_level=0.0, max_colors=32).save(path)


def _beside(*command: str) -> Callable[[Path], object]:
    """A program that writes another file: IN and OUT stand for the two."""

    def optimise(path: Path) -> None:
        other = path.with_suffix('.new.png')
        run(*(word.replace('IN', str(path)).replace('OUT', str(other)) for word in command))
        shutil.move(other, path)

    return optimise


_ALL = (*BYTES, COLOURS)
_SOME = (FOUR, IGNORED, ALONE, MASKS, MASKS_255, COLOURS)
_MIXED = 'grey of 1 to 8 bits or palettes, by file'
for _tool, _how, _stores, _write, _sets in (
    *(('pyoxipng', f'level {level}', _MIXED, _optimised(_oxipng(level=level)),
       _ALL if level == 2 else _SOME) for level in (0, 2, 4, 6)),
    ('pyoxipng', 'level 2 on maps with a palette', 'palettes in other order',
     _optimised(_oxipng(level=2), _with_palette), BYTES),
    ('pyoxipng', 'level 2 on 16 bits', 'grey of 16 bits', _optimised(_oxipng(level=2)), [WIDE]),
    ('zopflipy', 'ZopfliPNG().optimize', _MIXED, _optimised(_zopflipy), _ALL),
    ('zopflipy', 'lossy_8bit, lossy_transparent', _MIXED, _optimised(_zopflipy_lossy), _SOME),
    ('zopflipy', 'of maps with a palette', 'palettes in other order',
     _optimised(_zopflipy, _with_palette), (FOUR, MANY, MASKS)),
    ('pngquant-cli', '--nofs 32', 'palette of greys or colours', _optimised(_pngquant), _ALL),
    ('imagequant', 'quantize_pil_image', 'palette of greys or colours', _imagequant, _ALL),
    ('optipng', '-o2', 'palette of the ids that occur, or grey',
     _optimised(lambda path: run('optipng', '-quiet', path)), _ALL),
    ('optipng', '-o2 on maps with a palette', 'palettes',
     _optimised(lambda path: run('optipng', '-quiet', path), _with_palette), BYTES),
    ('pngcrush', '-reduce', _MIXED, _optimised(_beside('pngcrush', '-q', '-reduce', 'IN', 'OUT')),
     _ALL),
    ('zopfli', 'zopflipng', _MIXED,
     _optimised(_beside('zopflipng', '--iterations=1', '-y', 'IN', 'OUT')), _ALL),
    ('advancecomp', 'advpng -z', 'as before', _optimised(lambda path: run('advpng', '-z', path)),
     _SOME),
    ('imagemagick', 'convert IN OUT', 'grey of 1 to 8 bits, palettes',
     _optimised(_beside('convert', 'IN', 'OUT')), _ALL),
    ('imagemagick', 'convert IN png8:OUT', 'palettes',
     _optimised(_beside('convert', 'IN', 'png8:OUT')), _SOME),
    ('imagemagick', 'convert -auto-level', 'ids spread to 255',
     _optimised(_beside('convert', 'IN', '-auto-level', 'OUT')), (FULL, MASKS, MASKS_255)),
    ('imagemagick', 'convert of maps with a palette', 'palettes in other order',
     _optimised(_beside('convert', 'IN', 'OUT'), _with_palette), BYTES),
    ('graphicsmagick', 'gm convert', _MIXED, _optimised(_beside('gm', 'convert', 'IN', 'OUT')),
     _ALL),
):  # fmt: skip
    way(_GROUP, _tool, _how, _stores, '.png', _write, _sets)
